// The shop with Go's own net/http/pprof, for the store's scraper. SIGUSR1 runs one more round of work, so that a test decides
// what happens between two scrapes; every round prints what it allocated.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"profilers/shop"
)

var kept [][]byte

// KeepBlocks allocates exactly count blocks of 1 MiB that stay alive.
//
//go:noinline
func KeepBlocks(count int) {
	for i := 0; i < count; i++ {
		kept = append(kept, make([]byte, 1<<20))
	}
}

// publish brings heap profiles up to date: they show what was so when the garbage collector last finished.
func publish() {
	runtime.GC()
	runtime.GC()
}

func main() {
	runtime.MemProfileRate = 1
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	listener, err := net.Listen("tcp", os.Getenv("SHOP_LISTEN"))
	if err != nil {
		panic(err)
	}
	KeepBlocks(10)
	publish()
	told := make(chan os.Signal, 8)
	signal.Notify(told, syscall.SIGUSR1, syscall.SIGTERM)
	go func() { panic(http.Serve(listener, nil)) }()
	line, _ := json.Marshal(map[string]string{"listens": listener.Addr().String()})
	fmt.Println(string(line))
	go func() {
		for {
			shop.Crunch(25)
			time.Sleep(10 * time.Millisecond)
		}
	}()
	for round := 1; <-told == syscall.SIGUSR1; round++ {
		KeepBlocks(3)
		shop.Serve(300*time.Millisecond, func(string, int) { _ = shop.WaitForStock(1) })
		publish()
		fmt.Printf("{\"round\":%d}\n", round)
	}
}
