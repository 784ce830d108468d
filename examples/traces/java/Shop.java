import datadog.trace.api.Trace;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** A shop whose requests are traced and profiled by dd-java-agent. */
public class Shop {
  public static void main(String[] args) throws Exception {
    while (true) {
      checkout();
      Thread.sleep(200);
    }
  }

  @Trace(operationName = "web.request", resourceName = "POST /checkout")
  static void checkout() throws Exception {
    buildReport(2_000_000);
    queryOrders();
    sign(60_000);
  }

  static int buildReport(int words) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < words; i++) {
      counts.merge(String.valueOf(i * 7919L % 1000), 1, Integer::sum);
    }
    return counts.size();
  }

  @Trace(operationName = "db.query", resourceName = "SELECT orders")
  static void queryOrders() throws InterruptedException {
    Thread.sleep(80);
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
