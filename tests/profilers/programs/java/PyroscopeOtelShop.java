import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.pyroscope.javaagent.ProfilerSdk;

/** The shop with OpenTelemetry's spans, and Pyroscope's agent told which of them runs on a thread. */
public class PyroscopeOtelShop {
  /** io.pyroscope:otel 1.0.2 forgets the parent when a child span ends; here the thread's context says what runs. */
  static final class TellingStorage implements ContextStorage {
    private final ContextStorage storage;
    private final ProfilerSdk profiler = new ProfilerSdk();

    TellingStorage(ContextStorage storage) {
      this.storage = storage;
    }

    @Override
    public Scope attach(Context context) {
      Scope scope = storage.attach(context);
      tell(context);
      return () -> {
        scope.close();
        tell(storage.current());
      };
    }

    @Override
    public Context current() {
      return storage.current();
    }

    private void tell(Context context) {
      Span span = context == null ? null : Span.fromContextOrNull(context);
      if (!(span instanceof ReadableSpan)) {
        profiler.setTracingContext(0, 0);
        profiler.clearTraceId();
        return;
      }
      long spanId = Long.parseUnsignedLong(span.getSpanContext().getSpanId(), 16);
      profiler.setTracingContext(spanId, profiler.registerConstant(((ReadableSpan) span).getName()));
      profiler.setTraceId(span.getSpanContext().getTraceId());
    }
  }

  public static void main(String[] args) throws Exception {
    ContextStorage.addWrapper(TellingStorage::new);
    // Without any exporter the SDK makes no spans.
    SpanProcessor exporting = SimpleSpanProcessor.create(SpanExporter.composite());
    Tracer tracer = SdkTracerProvider.builder().addSpanProcessor(exporting).build().get("shop");
    Shop.currentSpanId = () -> Span.current().getSpanContext().getSpanId();
    Shop.inSpan = (name, work) -> {
      Span span = tracer.spanBuilder(name).startSpan();
      try (Scope scope = span.makeCurrent()) {
        work.run();
      } finally {
        span.end();
      }
    };
    Shop.main(args);
  }
}
