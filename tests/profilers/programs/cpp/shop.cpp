// The shop in C++: methods that are easy to find in a profile, with a stopwatch of each thread's CPU clock.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <pthread.h>
#include <thread>
#include <vector>

// Methods call no library: where those keep no frame pointer, their callers are lost to profilers that follow it.
namespace shop {

volatile double sink;
std::vector<std::unique_ptr<char[]>> kept;

__attribute__((noinline)) void sum_orders(int rounds) {
  double sum = 0;
  for (int i = 1; i < rounds * 10000; i++) sum += 1.0 / i * (i % 7);
  sink = sum;
}

__attribute__((noinline)) void build_report(int rows) {
  int report[1000];
  for (int round = 0; round < rows / 100; round++) {
    for (int i = 0; i < 1000; i++) {
      int row = (i * 7919 + round) % 1000;
      int at = i;
      for (; at > 0 && report[at - 1] > row; at--) report[at] = report[at - 1];
      report[at] = row;
    }
  }
  sink = report[0];
}

/** 64 blocks of 1 MiB that stay alive, for the heap profiler. */
__attribute__((noinline)) void keep_blocks() {
  for (int i = 0; i < 64; i++) {
    kept.emplace_back(new char[1 << 20]);
    kept.back()[0] = 1;
  }
}

double thread_cpu() {
  timespec at;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return static_cast<double>(at.tv_sec) * 1e9 + static_cast<double>(at.tv_nsec);
}

struct Spent {
  double orders = 0;
  double report = 0;
};

void worker(const char* name, double seconds, Spent* spent) {
  pthread_setname_np(pthread_self(), name);
  auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    double start = thread_cpu();
    sum_orders(300);
    double middle = thread_cpu();
    build_report(3000);
    spent->orders += middle - start;
    spent->report += thread_cpu() - middle;
  }
}

}  // namespace shop

int main() {
  double seconds = std::atof(std::getenv("SHOP_SECONDS"));
  shop::keep_blocks();
  shop::Spent first, second;
  std::thread a(shop::worker, "worker-1", seconds, &first), b(shop::worker, "worker-2", seconds, &second);
  a.join();
  b.join();
  // One line as the other programs print per span; wall time is not measured.
  std::printf("{\"span\":{\"name\":\"all\",\"route\":\"all\",\"spanId\":\"\",\"rootSpanId\":\"\",\"methods\":{"
              "\"sum_orders\":{\"wallNs\":0,\"cpuNs\":%.0f},\"build_report\":{\"wallNs\":0,\"cpuNs\":%.0f}}}}\n",
              first.orders + second.orders, first.report + second.report);
  std::printf("{\"requests\":{}}\n");
  return 0;
}
