import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.pyroscope.javaagent.ProfilerSdk;

/** Tells Pyroscope's agent which span runs on a thread, and gives that span the tag pyroscope.profile.id. */
final class ProfiledStorage implements ContextStorage {
  private final ContextStorage storage;
  private final ProfilerSdk profiler = new ProfilerSdk();

  ProfiledStorage(ContextStorage storage) {
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
    String spanId = span.getSpanContext().getSpanId();
    span.setAttribute("pyroscope.profile.id", spanId);
    long name = profiler.registerConstant(((ReadableSpan) span).getName());
    profiler.setTracingContext(Long.parseUnsignedLong(spanId, 16), name);
    profiler.setTraceId(span.getSpanContext().getTraceId());
  }
}
