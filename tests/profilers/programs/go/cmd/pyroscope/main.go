// The shop with pyroscope-go and span profiles.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"profilers/shop"

	otelpyroscope "github.com/grafana/otel-profiling-go"
	"github.com/grafana/pyroscope-go"
	"go.opentelemetry.io/otel"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Span profiles know the local root only, so what runs in child spans counts for it.
func request(tracer trace.Tracer, route string, scale int) {
	ctx, span := tracer.Start(context.Background(), route)
	defer span.End()
	id := span.SpanContext().SpanID().String()
	told := shop.Span{Name: route, Route: route, SpanID: id, RootID: id, Methods: map[string]shop.Spent{}}
	pyroscope.TagWrapper(ctx, pyroscope.Labels("route", route), func(context.Context) {
		switch route {
		case "GET /orders":
			told.Timed("SumOrders", func() { shop.SumOrders(600 * scale) })
			told.Timed("WaitForStock", func() { _ = shop.WaitForStock(len(route)) })
		case "POST /login":
			told.Timed("CheckPassword", func() { shop.CheckPassword(3000 * scale) })
		default:
			told.Timed("BuildReport", func() { shop.BuildReport(4000 * min(scale, 20)) })
			told.Timed("RenderReport", func() { shop.RenderReport(60 * scale) })
		}
	})
	shop.PrintSpan(told)
}

// quietLogger prints what users would see: errors, not the debug lines.
type quietLogger struct{}

func (quietLogger) Infof(string, ...any)  {}
func (quietLogger) Debugf(string, ...any) {}
func (quietLogger) Errorf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "[ERROR] "+format+"\n", args...)
}

func main() {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(10_000)
	otel.SetTracerProvider(otelpyroscope.NewTracerProvider(sdktrace.NewTracerProvider()))
	profiler, err := pyroscope.Start(pyroscope.Config{
		ApplicationName: os.Getenv("SHOP_SERVICE"),
		ServerAddress:   os.Getenv("PYROSCOPE_SERVER_ADDRESS"),
		UploadRate:      shop.Seconds("SHOP_PERIOD"),
		Logger:          quietLogger{},
		Tags:            map[string]string{"env": "test", "version": "1.2.3", "hostname": os.Getenv("SHOP_HOST")},
		ProfileTypes: []pyroscope.ProfileType{
			pyroscope.ProfileCPU, pyroscope.ProfileAllocObjects, pyroscope.ProfileAllocSpace, pyroscope.ProfileInuseObjects,
			pyroscope.ProfileInuseSpace, pyroscope.ProfileGoroutines, pyroscope.ProfileMutexCount, pyroscope.ProfileMutexDuration,
			pyroscope.ProfileBlockCount, pyroscope.ProfileBlockDuration,
		},
	})
	if err != nil {
		panic(err)
	}
	tracer := otel.Tracer("shop")
	shop.Serve(shop.Seconds("SHOP_SECONDS"), func(route string, scale int) { request(tracer, route, scale) })
	shop.PrintRequests()
	shop.UntilTold()
	if err := profiler.Stop(); err != nil {
		panic(err)
	}
}
