// The shop with dd-trace-go: profiler and tracer with code hotspots.
package main

import (
	"context"
	"strconv"
	"time"

	"profilers/shop"

	"github.com/DataDog/dd-trace-go/v2/ddtrace/ext"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"
	"github.com/DataDog/dd-trace-go/v2/profiler"
)

func inSpan(ctx context.Context, name, route string, opts []tracer.StartSpanOption, body func(context.Context, *shop.Span)) {
	span, inner := tracer.StartSpanFromContext(ctx, name, opts...)
	context := span.Context()
	told := shop.Span{
		Name: name, Route: route, Methods: map[string]shop.Spent{},
		SpanID: strconv.FormatUint(context.SpanID(), 10), RootID: strconv.FormatUint(span.Root().Context().SpanID(), 10),
	}
	body(inner, &told)
	span.Finish()
	shop.PrintSpan(told)
}

func request(route string, scale int) {
	web := []tracer.StartSpanOption{tracer.SpanType(ext.SpanTypeWeb), tracer.ResourceName(route)}
	inSpan(context.Background(), "web.request", route, web, func(ctx context.Context, root *shop.Span) {
		switch route {
		case "GET /orders":
			root.Timed("SumOrders", func() { shop.SumOrders(600 * scale) })
			inSpan(ctx, "stock.wait", route, nil, func(_ context.Context, child *shop.Span) {
				child.Timed("WaitForStock", func() { _ = shop.WaitForStock(len(route)) })
			})
		case "POST /login":
			root.Timed("CheckPassword", func() { shop.CheckPassword(3000 * scale) })
		default:
			inSpan(ctx, "report.build", route, nil, func(_ context.Context, child *shop.Span) {
				child.Timed("BuildReport", func() { shop.BuildReport(4000 * min(scale, 20)) })
			})
			root.Timed("RenderReport", func() { shop.RenderReport(60 * scale) })
		}
	})
}

func main() {
	if err := tracer.Start(tracer.WithProfilerCodeHotspots(true), tracer.WithProfilerEndpoints(true)); err != nil {
		panic(err)
	}
	defer tracer.Stop()
	err := profiler.Start(
		profiler.WithProfileTypes(profiler.CPUProfile, profiler.HeapProfile, profiler.MutexProfile, profiler.BlockProfile,
			profiler.GoroutineProfile, profiler.MetricsProfile),
		profiler.WithPeriod(shop.Seconds("SHOP_PERIOD")),
		profiler.CPUDuration(shop.Seconds("SHOP_PERIOD")),
		profiler.MutexProfileFraction(1), profiler.BlockProfileRate(10_000),
	)
	if err != nil {
		panic(err)
	}
	defer profiler.Stop()
	time.Sleep(100 * time.Millisecond)
	shop.Serve(shop.Seconds("SHOP_SECONDS"), request)
	shop.PrintRequests()
	shop.UntilTold()
}
