package shop

import (
	"runtime"
	"sync"
	"time"
)

// Routes are the requests of the shop.
var Routes = []string{"GET /orders", "POST /login", "GET /report"}

// One request of each route is long enough to be looked at alone.
func scaleOf(turn int) int {
	if turn >= 6 && turn < 9 {
		return 50
	}
	return 1
}

// Serve calls request for each route in turn from two goroutines that are locked to their threads, while others crunch and restock.
func Serve(length time.Duration, request func(route string, scale int)) {
	end := time.Now().Add(length)
	var all sync.WaitGroup
	loop := func(leastTurns int, work func(turn int)) {
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			for turn := 0; turn < leastTurns || time.Now().Before(end); turn++ {
				work(turn)
			}
		}()
	}
	// On a busy machine too: past the long requests.
	leastTurns := 12
	if length < time.Second {
		leastTurns = 0
	}
	for worker := 0; worker < 2; worker++ {
		loop(leastTurns, func(turn int) {
			route := Routes[(turn+worker)%len(Routes)]
			CountRequest(route)
			request(route, scaleOf(turn))
			time.Sleep(3 * time.Millisecond)
		})
	}
	loop(0, func(int) { Crunch(24); time.Sleep(20 * time.Millisecond) })
	loop(0, func(int) { Restock(); time.Sleep(20 * time.Millisecond) })
	all.Wait()
}
