// A shop whose requests are traced and profiled by dd-trace-go.
package main

import (
	"context"
	"crypto/sha256"
	"log"
	"strconv"
	"time"

	"github.com/DataDog/dd-trace-go/v2/ddtrace/ext"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"github.com/DataDog/dd-trace-go/v2/profiler"
)

func main() {
	// Samples get the ids of their spans and the endpoint.
	if err := tracer.Start(tracer.WithProfilerCodeHotspots(true), tracer.WithProfilerEndpoints(true)); err != nil {
		log.Fatal(err)
	}
	defer tracer.Stop()
	if err := profiler.Start(profiler.WithProfileTypes(profiler.CPUProfile, profiler.HeapProfile)); err != nil {
		log.Fatal(err)
	}
	defer profiler.Stop()
	for {
		checkout(context.Background())
		time.Sleep(200 * time.Millisecond)
	}
}

func checkout(ctx context.Context) {
	span, ctx := tracer.StartSpanFromContext(ctx, "web.request", tracer.ResourceName("POST /checkout"), tracer.SpanType(ext.SpanTypeWeb))
	defer span.Finish()
	buildReport(2_000_000)
	queryOrders(ctx)
	sign(200_000)
}

func buildReport(words int) int {
	counts := map[string]int{}
	for i := range words {
		counts[strconv.Itoa(i*7919%1000)]++
	}
	return len(counts)
}

func queryOrders(ctx context.Context) {
	span, _ := tracer.StartSpanFromContext(ctx, "db.query", tracer.ResourceName("SELECT orders"))
	defer span.Finish()
	time.Sleep(80 * time.Millisecond)
}

func sign(rounds int) [32]byte {
	sum := sha256.Sum256([]byte("order"))
	for range rounds {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}
