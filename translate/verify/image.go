package verify

import (
	"context"
	"fmt"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Image runs a container image of CockroachDB, such as
// "cockroachdb/cockroach:v24.3.8", with its data in memory.
func Image(ctx context.Context, image string) (*Server, error) {
	const port = "26257/tcp"
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Started: true,
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        image,
			Cmd:          []string{"start-single-node", "--insecure", "--store=type=mem,size=1GiB"},
			ExposedPorts: []string{port},
			WaitingFor:   wait.ForAll(wait.ForListeningPort(port), wait.ForLog("initialized new cluster")),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("run the image %s: %w: is a container engine running? --url and --cockroach need none", image, err)
	}
	stop := func() { _ = c.Terminate(context.Background()) } // it goes with the process at the latest
	endpoint, err := c.PortEndpoint(ctx, port, "")
	if err != nil {
		stop()
		return nil, fmt.Errorf("find the port of %s: %w", image, err)
	}
	s, err := Connect(ctx, "postgresql://root@"+endpoint+"/defaultdb?sslmode=disable")
	if err != nil {
		stop()
		return nil, err
	}
	s.stop = stop
	return s, nil
}

// OfficialImage is the image of the newest release of a series.
func OfficialImage(series string) string { return "cockroachdb/cockroach:latest-v" + series }
