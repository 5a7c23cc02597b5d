// Command client registers a namespace and search attributes of every type with
// a Temporal server, runs one workflow that carries them, and finds it again by
// a visibility query on each.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	namespace = "greetings"
	queue     = "greetings"
)

var (
	text     = temporal.NewSearchAttributeKeyString("GreetingText")
	keyword  = temporal.NewSearchAttributeKeyKeyword("GreetingKeyword")
	tags     = temporal.NewSearchAttributeKeyKeywordList("GreetingTags")
	at       = temporal.NewSearchAttributeKeyTime("GreetingAt")
	count    = temporal.NewSearchAttributeKeyInt64("GreetingCount")
	weight   = temporal.NewSearchAttributeKeyFloat64("GreetingWeight")
	friendly = temporal.NewSearchAttributeKeyBool("GreetingFriendly")
)

// queries must each find the workflow, or, where it says so, must not.
var queries = []struct {
	query string
	found bool
}{
	{"WorkflowType = 'Greet' AND ExecutionStatus = 'Completed'", true},
	{"GreetingText = 'Hello'", true},
	{"GreetingText = 'hello'", false}, // words are compared as they are
	{"GreetingText = 'the'", true},    // and none is left out
	{"GreetingKeyword = 'abc'", true},
	{"GreetingKeyword STARTS_WITH 'ab'", true},
	{"GreetingTags = 'b'", true},
	{"GreetingTags IN ('x', 'c')", true},
	{"GreetingAt = '2026-01-01T00:30:00Z'", true},  // 06:00 at +05:30
	{"GreetingAt > '2026-01-01T05:00:00Z'", false}, // not the local time
	{"GreetingCount = 9223372036854775807", true},
	{"GreetingWeight > 2.4 AND GreetingWeight < 2.6", true},
	{"GreetingFriendly = true", true},
}

// Greet is the workflow.
func Greet(_ workflow.Context, name string) (string, error) { return "Hello " + name, nil }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	address := os.Getenv("TEMPORAL_ADDRESS")
	if address == "" {
		address = client.DefaultHostPort
	}
	quiet := sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	var c client.Client
	if err := retry(ctx, "connect to "+address, func() (err error) {
		c, err = client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: quiet})
		return err
	}); err != nil {
		return err
	}
	defer c.Close()
	if err := register(ctx, c); err != nil {
		return err
	}

	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(Greet)
	if err := retry(ctx, "start the worker", w.Start); err != nil {
		return err
	}
	defer w.Stop()

	attributes := temporal.NewSearchAttributes(
		text.ValueSet("Hello to the world"), keyword.ValueSet("abc"), tags.ValueSet([]string{"a", "b", "c"}),
		at.ValueSet(time.Date(2026, 1, 1, 6, 0, 0, 0, time.FixedZone("", 5*3600+1800))),
		count.ValueSet(9223372036854775807), weight.ValueSet(2.5), friendly.ValueSet(true),
	)
	var handle client.WorkflowRun
	if err := retry(ctx, "start the workflow", func() (err error) {
		handle, err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "greet-1", TaskQueue: queue, TypedSearchAttributes: attributes}, Greet, "CockroachDB")
		return err
	}); err != nil {
		return err
	}
	var greeting string
	if err := handle.Get(ctx, &greeting); err != nil {
		return fmt.Errorf("the workflow: %w", err)
	}
	fmt.Printf("workflow completed: %q\n", greeting)
	return find(ctx, c, handle.GetRunID())
}

// register makes the namespace and its search attributes.
func register(ctx context.Context, c client.Client) error {
	err := retry(ctx, "register the namespace", func() error {
		_, err := c.WorkflowService().RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
			Namespace: namespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
		})
		if there := new(serviceerror.NamespaceAlreadyExists); errors.As(err, &there) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Println("namespace registered:", namespace)
	types := map[string]enums.IndexedValueType{}
	for _, key := range []temporal.SearchAttributeKey{text, keyword, tags, at, count, weight, friendly} {
		types[key.GetName()] = key.GetValueType()
	}
	return retry(ctx, "add the search attributes", func() error {
		_, err := c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: types})
		return err
	})
}

// find runs the queries. The first is repeated until the visibility store,
// which is written behind the workflow's end, has it.
func find(ctx context.Context, c client.Client, run string) error {
	wrong := 0
	for i, q := range queries {
		found := false
		err := retry(ctx, "query "+q.query, func() error {
			res, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Namespace: namespace, Query: q.query})
			if err != nil {
				return err
			}
			for _, e := range res.Executions {
				found = found || e.Execution.RunId == run
			}
			if i == 0 && !found {
				return errors.New("not yet there")
			}
			return nil
		})
		if err != nil {
			return err
		}
		verdict := "ok"
		if found != q.found {
			verdict = "WRONG"
			wrong++
		}
		fmt.Printf("%-6s found %-5t %s\n", verdict, found, q.query)
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d queries gave a wrong answer", wrong, len(queries))
	}
	return nil
}

// retry tries for up to two minutes: a server that has just started answers
// late, and its caches learn of a namespace after seconds.
func retry(ctx context.Context, what string, f func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(time.Second):
		}
	}
}
