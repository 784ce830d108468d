// Package main starts the backend of the Hotspan datasource: a pipe between Grafana and the profile store.
package main

import (
	"os"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	sdk "github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"

	"github.com/hotspan/hotspan/pkg/datasource"
)

// maxMessageBytes bounds one request from Grafana; the SDK's default of 16 MB is too small for long lists of methods.
const maxMessageBytes = 64 << 20

func main() {
	opts := sdk.ManageOpts{GRPCSettings: backend.GRPCSettings{MaxReceiveMsgSize: maxMessageBytes}}
	if err := sdk.Manage("hotspan-profiling-datasource", datasource.New, opts); err != nil {
		log.DefaultLogger.Error("the backend has ended", "error", err)
		os.Exit(1)
	}
}
