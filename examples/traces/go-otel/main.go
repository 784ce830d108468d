// The shop with OpenTelemetry's traces and Pyroscope's span profiles.
package main

import (
	"context"
	"crypto/sha256"
	"log"
	"os"
	"strconv"
	"time"

	otelpyroscope "github.com/grafana/otel-profiling-go"
	"github.com/grafana/pyroscope-go"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	exporter, err := otlptracehttp.New(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	// Ties samples to the local root span, and gives that span the tag pyroscope.profile.id.
	tracer := otelpyroscope.NewTracerProvider(sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))).Tracer("shop")
	if _, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: os.Getenv("OTEL_SERVICE_NAME"),
		ServerAddress:   os.Getenv("PYROSCOPE_SERVER_ADDRESS"),
	}); err != nil {
		log.Fatal(err)
	}
	for {
		checkout(context.Background(), tracer)
		time.Sleep(200 * time.Millisecond)
	}
}

func checkout(ctx context.Context, tracer trace.Tracer) {
	ctx, span := tracer.Start(ctx, "POST /checkout")
	defer span.End()
	buildReport(2_000_000)
	queryOrders(ctx, tracer)
	sign(200_000)
}

func buildReport(words int) int {
	counts := map[string]int{}
	for i := range words {
		counts[strconv.Itoa(i*7919%1000)]++
	}
	return len(counts)
}

func queryOrders(ctx context.Context, tracer trace.Tracer) {
	_, span := tracer.Start(ctx, "SELECT orders")
	defer span.End()
	time.Sleep(80 * time.Millisecond)
}

func sign(rounds int) [32]byte {
	sum := sha256.Sum256([]byte("order"))
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}
