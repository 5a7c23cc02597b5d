package launch

import (
	"context"
	"fmt"
	"io"
	"log"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/pg2crdb/pg2crdb/translate/verify"
)

// Image runs a container image of CockroachDB, such as
// "cockroachdb/cockroach:v24.3.8", with its data in memory. stop ends it.
func Image(ctx context.Context, image string) (s *verify.Server, stop func(), err error) {
	const port = "26257/tcp"
	// testcontainers panics where it finds no container engine that it can use.
	defer func() {
		if p := recover(); p != nil {
			s, stop, err = nil, nil, noEngine(image, p)
		}
	}()
	c, err := testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		Started: true,
		Logger:  log.New(io.Discard, "", 0),
		ContainerRequest: testcontainers.ContainerRequest{
			Image:        image,
			Cmd:          []string{"start-single-node", "--insecure", "--store=type=mem,size=1GiB"},
			ExposedPorts: []string{port},
			WaitingFor:   wait.ForAll(wait.ForListeningPort(port), wait.ForLog("initialized new cluster")),
		},
	})
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	// It goes with the process at the latest.
	stop = func() {
		if c != nil {
			_ = c.Terminate(context.WithoutCancel(ctx))
		}
	}
	if err != nil {
		stop()
		if ctx.Err() != nil {
			return nil, nil, err
		}
		return nil, nil, noEngine(image, err)
	}
	endpoint, err := c.PortEndpoint(ctx, port, "")
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("find the port of %s: %w", image, err)
	}
	s, err = connect(ctx, "postgresql://root@"+endpoint+"/defaultdb?sslmode=disable")
	if err != nil {
		stop()
		return nil, nil, err
	}
	return s, stop, nil
}

func noEngine(image string, why any) error {
	return fmt.Errorf("run the image %s: %v: is a container engine running? --url and --cockroach need none", image, why)
}

// OfficialImage is the image of the newest release of a series, such as "24.3".
func OfficialImage(series string) string { return "cockroachdb/cockroach:latest-v" + series }
