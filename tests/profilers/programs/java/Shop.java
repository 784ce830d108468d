import datadog.trace.api.CorrelationIdentifier;
import datadog.trace.api.Trace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Requests that each run methods which no other request runs, with a stopwatch per method and span. The annotation and the ids do
 * nothing without dd-java-agent.
 */
public class Shop {
  static final class OutOfStock extends RuntimeException {
    OutOfStock(String message) {
      super(message);
    }
  }

  /** What ran directly in a span, its child spans left out. */
  static final class Span {
    final String name;
    final String route;
    final String spanId = currentSpanId.get();
    final String rootSpanId;
    final Map<String, long[]> methods = new TreeMap<>();

    Span(String name, String route, Span root) {
      this.name = name;
      this.route = route;
      this.rootSpanId = root == null ? spanId : root.spanId;
    }

    void timed(String method, Runnable work) {
      long wall = System.nanoTime();
      long cpu = THREADS.getCurrentThreadCpuTime();
      work.run();
      long[] spent = methods.computeIfAbsent(method, key -> new long[2]);
      spent[0] += System.nanoTime() - wall;
      spent[1] += THREADS.getCurrentThreadCpuTime() - cpu;
    }

    void print() {
      StringBuilder line = new StringBuilder("{\"span\":{\"name\":\"" + name + "\",\"route\":\"" + route + "\",\"spanId\":\"");
      line.append(spanId).append("\",\"rootSpanId\":\"").append(rootSpanId).append("\",\"methods\":{");
      String comma = "";
      for (Map.Entry<String, long[]> method : methods.entrySet()) {
        line.append(comma).append('"').append(method.getKey()).append("\":{\"wallNs\":").append(method.getValue()[0]);
        line.append(",\"cpuNs\":").append(method.getValue()[1]).append('}');
        comma = ",";
      }
      printLine(line.append("}}}").toString());
    }
  }

  static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  static final String[] ROUTES = {"GET /orders", "POST /login", "GET /report"};
  /** On a busy machine too: past the long requests. */
  static final int LEAST_TURNS = 12;
  static final Map<String, Integer> REQUESTS = new TreeMap<>();
  static final Object STOCK = new Object();
  static final Deque<List<Map<String, Object>>> REPORTS = new ArrayDeque<>();
  static final List<byte[]> LEAK = Collections.synchronizedList(new ArrayList<>());
  static volatile double sink;
  static int port;

  /** Hook around each request; PyroscopeShop sets it. */
  static BiConsumer<String, Runnable> around = (route, work) -> work.run();
  /** Hook around each span, for a tracer without annotations; PyroscopeOtelShop sets it. */
  static BiConsumer<String, Runnable> inSpan = (name, work) -> work.run();
  static Supplier<String> currentSpanId = CorrelationIdentifier::getSpanId;

  static synchronized void printLine(String line) {
    System.out.println(line);
  }

  static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void sumOrders(int rounds) {
    double sum = 0;
    for (int i = 1; i < rounds * 1000; i++) {
      sum += Math.sqrt(i) * Math.sin(i);
    }
    sink = sum;
  }

  static void waitForStock() {
    synchronized (STOCK) {
      sleep(15);
    }
  }

  /** Longer than the threshold of recordings, so that orders really wait for it. */
  static void restock() {
    synchronized (STOCK) {
      sleep(120);
    }
  }

  static void checkStock(int item) {
    try {
      if (item % 3 == 0) {
        throw new OutOfStock("item " + item);
      }
    } catch (OutOfStock e) {
      sink = e.getMessage().length();
    }
  }

  static void checkPassword(int rounds) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = {1, 2, 3};
      for (int i = 0; i < rounds * 100; i++) {
        hash = digest.digest(hash);
      }
      sink = hash[0];
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static void buildReport(int rows) {
    List<Map<String, Object>> report = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      Map<String, Object> row = new HashMap<>();
      row.put("name", "row-" + i);
      row.put("data", new byte[256]);
      report.add(row);
    }
    synchronized (REPORTS) {
      REPORTS.add(report);
      if (REPORTS.size() > 6) {
        REPORTS.poll();
      }
    }
    LEAK.add(new byte[20_000]);
  }

  static void renderReport(int rounds) {
    int[] words = new int[5000];
    for (int i = 0; i < rounds; i++) {
      for (int j = 0; j < words.length; j++) {
        words[j] = (j * 7919 + i) % 5001;
      }
      Arrays.sort(words);
      sink += words[0];
    }
  }

  /** A peer that answers late, so that the read lasts longer than the threshold of recordings. */
  static void fetchPrices() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(new byte[100]);
      InputStream in = socket.getInputStream();
      sink = in.readAllBytes().length;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static int crunch(int n) {
    return n < 2 ? n : crunch(n - 1) + crunch(n - 2);
  }

  @Trace(operationName = "web.request", resourceName = "GET /orders")
  static void orders(int scale) {
    Span root = new Span("web.request", ROUTES[0], null);
    root.timed("sumOrders", () -> sumOrders(500 * scale));
    inSpan.accept("stock.wait", () -> stock(root));
    root.timed("checkStock", () -> checkStock(3));
    root.print();
  }

  @Trace(operationName = "stock.wait")
  static void stock(Span root) {
    Span span = new Span("stock.wait", ROUTES[0], root);
    span.timed("waitForStock", Shop::waitForStock);
    span.print();
  }

  @Trace(operationName = "web.request", resourceName = "POST /login")
  static void login(int scale) {
    Span root = new Span("web.request", ROUTES[1], null);
    root.timed("checkPassword", () -> checkPassword(1500 * scale));
    root.print();
  }

  @Trace(operationName = "web.request", resourceName = "GET /report")
  static void report(int scale) {
    Span root = new Span("web.request", ROUTES[2], null);
    inSpan.accept("report.build", () -> build(root, scale));
    root.timed("renderReport", () -> renderReport(200 * scale));
    root.timed("fetchPrices", Shop::fetchPrices);
    root.print();
  }

  @Trace(operationName = "report.build")
  static void build(Span root, int scale) {
    Span span = new Span("report.build", ROUTES[2], root);
    span.timed("buildReport", () -> buildReport(20_000 * Math.min(scale, 5)));
    span.print();
  }

  static void request(int turn) {
    String route = ROUTES[turn % 3];
    synchronized (REQUESTS) {
      REQUESTS.merge(route, 1, Integer::sum);
    }
    // One request of each route is long enough to be looked at alone.
    int scale = turn >= 6 && turn < 9 ? 20 : 1;
    Runnable[] work = {() -> orders(scale), () -> login(scale), () -> report(scale)};
    around.accept(route, () -> inSpan.accept(route, work[turn % 3]));
  }

  static void answerLate(ServerSocket server) {
    while (true) {
      try (Socket socket = server.accept()) {
        socket.getInputStream().readNBytes(100);
        sleep(15);
        OutputStream out = socket.getOutputStream();
        out.write(new byte[5000]);
      } catch (IOException e) {
        return;
      }
    }
  }

  public static void main(String[] args) throws Exception {
    // Agents start their profilers in the background.
    sleep(3000);
    long end = System.nanoTime() + (long) (Double.parseDouble(System.getenv("SHOP_SECONDS")) * 1e9);
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    port = server.getLocalPort();
    Thread peer = new Thread(() -> answerLate(server), "peer");
    peer.setDaemon(true);
    peer.start();
    List<Thread> threads = new ArrayList<>();
    for (int worker = 0; worker < 2; worker++) {
      int first = worker;
      threads.add(new Thread(() -> {
        for (int turn = first; turn < first + LEAST_TURNS || System.nanoTime() < end; turn++) {
          request(turn);
          sleep(4);
        }
      }, "web-" + worker));
    }
    threads.add(new Thread(() -> {
      while (System.nanoTime() < end) {
        crunch(27);
        sleep(20);
      }
    }, "cruncher"));
    threads.add(new Thread(() -> {
      while (System.nanoTime() < end) {
        restock();
        sleep(30);
      }
    }, "restock"));
    for (Thread thread : threads) {
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    StringBuilder line = new StringBuilder();
    REQUESTS.forEach((route, count) -> line.append(line.length() == 0 ? "" : ",").append("\"" + route + "\":" + count));
    printLine("{\"requests\":{" + line + "}}");
    if (System.getenv("SHOP_WAITS") != null) {
      new CountDownLatch(1).await();
    }
  }
}
