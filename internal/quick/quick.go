// Package quick makes a CockroachDB that was started for a moment answer schema
// changes sooner.
package quick

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// settings are for a server of one node and one client that is gone soon. A
// schema change mostly waits: for leases that are looked after by closed
// timestamps, for a job to be adopted. And what a server does for its long life,
// statistics and time series, only takes the processor from it.
var settings = []string{
	"kv.closed_timestamp.target_duration = '1s'",
	"kv.closed_timestamp.side_transport_interval = '50ms'",
	"kv.rangefeed.closed_timestamp_refresh_interval = '50ms'",
	"jobs.registry.interval.adopt = '100ms'",
	"jobs.registry.interval.cancel = '1s'",
	"jobs.registry.interval.gc = '10s'",
	"jobs.retention_time = '60s'",
	"sql.stats.automatic_collection.enabled = false",
	"kv.range_merge.queue.enabled = false",
	"kv.range_split.by_load.enabled = false",
	"timeseries.storage.enabled = false",
	// A server with one client has nobody to keep waiting for another's sake.
	"admission.kv.enabled = false",
	"admission.sql_kv_response.enabled = false",
	"admission.sql_sql_response.enabled = false",
}

// Apply sets what makes the server quicker. A setting that its version does not
// have, or that its user may not change, is left alone.
func Apply(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, s := range settings {
		if _, err := conn.Exec(ctx, "SET CLUSTER SETTING "+s); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
