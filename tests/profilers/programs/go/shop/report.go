package shop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Spent is a method's own stopwatch within one span. CPU is that of the goroutine's locked thread.
type Spent struct {
	WallNs int64 `json:"wallNs"`
	CPUNs  int64 `json:"cpuNs"`
}

// Span is one line of output: what ran directly in it, its child spans left out.
type Span struct {
	Name    string           `json:"name"`
	Route   string           `json:"route"`
	SpanID  string           `json:"spanId"`
	RootID  string           `json:"rootSpanId"`
	Methods map[string]Spent `json:"methods"`
}

var (
	printing sync.Mutex
	requests = map[string]int{}
)

func print(line any) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	printing.Lock()
	defer printing.Unlock()
	fmt.Println(string(text))
}

// CountRequest is one more request of the route.
func CountRequest(route string) {
	printing.Lock()
	defer printing.Unlock()
	requests[route]++
}

// PrintSpan tells the test what ran in a finished span.
func PrintSpan(span Span) { print(map[string]any{"span": span}) }

// PrintRequests is the last line of work.
func PrintRequests() { print(map[string]any{"requests": requests}) }

// Timed runs work under the stopwatch. The goroutine must be locked to its thread.
func (s *Span) Timed(method string, work func()) {
	wall, cpu := time.Now(), threadCPU()
	work()
	spent := s.Methods[method]
	s.Methods[method] = Spent{spent.WallNs + time.Since(wall).Nanoseconds(), spent.CPUNs + threadCPU() - cpu}
}

func threadCPU() int64 {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &at); err != nil {
		panic(err)
	}
	return at.Nano()
}

// Seconds reads a number of seconds from the environment.
func Seconds(name string) time.Duration {
	seconds, err := strconv.ParseFloat(os.Getenv(name), 64)
	if err != nil {
		panic(name + " must be a number of seconds")
	}
	return time.Duration(seconds * float64(time.Second))
}

// UntilTold waits for SIGTERM, so that the test decides when the last uploads have arrived.
func UntilTold() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	<-told
}
