import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** The shop with OpenTelemetry's traces and Pyroscope's span profiles. */
public class Shop {
  public static void main(String[] args) throws Exception {
    ContextStorage.addWrapper(ProfiledStorage::new);
    Tracer tracer = AutoConfiguredOpenTelemetrySdk.initialize().getOpenTelemetrySdk().getTracer("shop");
    while (true) {
      checkout(tracer);
      Thread.sleep(200);
    }
  }

  static void checkout(Tracer tracer) throws Exception {
    Span span = tracer.spanBuilder("POST /checkout").startSpan();
    try (Scope scope = span.makeCurrent()) {
      buildReport(2_000_000);
      queryOrders(tracer);
      sign(60_000);
    } finally {
      span.end();
    }
  }

  static int buildReport(int words) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < words; i++) {
      counts.merge(String.valueOf(i * 7919L % 1000), 1, Integer::sum);
    }
    return counts.size();
  }

  static void queryOrders(Tracer tracer) throws InterruptedException {
    Span span = tracer.spanBuilder("SELECT orders").startSpan();
    try (Scope scope = span.makeCurrent()) {
      Thread.sleep(80);
    } finally {
      span.end();
    }
  }

  static byte[] sign(int rounds) throws Exception {
    byte[] bytes = "order".getBytes();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < rounds; i++) {
      bytes = digest.digest(bytes);
    }
    return bytes;
  }
}
