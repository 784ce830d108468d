package datasource

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// CheckHealth names the fault and its remedy, or the store's version and what it holds.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	result := &backend.CheckHealthResult{Status: backend.HealthStatusOk}
	text, f := d.examine(ctx)
	if f != nil {
		result.Status, text = backend.HealthStatusError, f.text
	}
	result.Message = text
	return result, nil
}

func (d *Datasource) examine(ctx context.Context) (string, *fault) {
	var status struct {
		Version string
		Engine  struct {
			Kind, Version string
			Ready         bool
		}
	}
	if f := d.get(ctx, &status, nil, "status"); f != nil {
		return "", f
	}
	if status.Version == "" {
		return "", downstream(backend.StatusBadGateway, "not_a_store",
			"%s is not a Hotspan store. Correct the URL in the datasource settings; the store listens on port 4140.", d.settings.host())
	}
	if !status.Engine.Ready {
		return "", downstream(http.StatusServiceUnavailable, "engine_unavailable",
			"The store at %s runs, but its engine (%s) is not ready. Wait some seconds, then look into the store's log.", d.settings.host(), status.Engine.Kind)
	}
	contents, f := d.contents(ctx)
	return fmt.Sprintf("Connected to Hotspan store %s (%s). %s", status.Version, status.Engine.Kind, contents), f
}

// contents counts what was received in the last day; it also proves that the token may query.
func (d *Datasource) contents(ctx context.Context) (string, *fault) {
	var types struct {
		ProfileTypes []struct{ Hidden bool }
	}
	var services struct{ Values []any }
	now := time.Now()
	lastDay := url.Values{"from": {fmt.Sprint(now.Add(-24 * time.Hour).UnixMilli())}, "to": {fmt.Sprint(now.UnixMilli())}}
	if f := d.get(ctx, &types, lastDay, "profile-types"); f != nil {
		return "", f
	}
	if f := d.get(ctx, &services, lastDay, "labels", "service", "values"); f != nil {
		return "", f
	}
	shown := 0
	for _, profileType := range types.ProfileTypes {
		if !profileType.Hidden {
			shown++
		}
	}
	if len(services.Values) == 0 {
		return "It has received no profiles in the last 24 hours.", nil
	}
	return fmt.Sprintf("Services in the last 24 hours: %d, profile types: %d.", len(services.Values), shown), nil
}

func (d *Datasource) get(ctx context.Context, value any, query url.Values, segments ...string) *fault {
	return d.sendForJSON(ctx, http.MethodGet, segments, query, nil, value)
}
