// Package shop is what the sample programs do: a few requests, each of which runs methods that no other request runs.
package shop

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"sort"
	"sync"
	"time"
)

var (
	stock    sync.Mutex
	reports  sync.Mutex
	lines    [][]string
	leaked   [][]byte
	sink     float64
	digest   [32]byte
	errEmpty = errors.New("out of stock")
)

// SumOrders is the CPU part of GET /orders.
//
//go:noinline
func SumOrders(rounds int) {
	sum := 0.0
	for i := 1; i < rounds*1000; i++ {
		sum += math.Sqrt(float64(i)) * math.Sin(float64(i))
	}
	sink = sum
}

// WaitForStock is the waiting part of GET /orders: a sleep under a lock that Restock wants as well.
//
//go:noinline
func WaitForStock(item int) error {
	stock.Lock()
	defer stock.Unlock()
	time.Sleep(4 * time.Millisecond)
	if item%3 == 0 {
		return fmt.Errorf("item %d: %w", item, errEmpty)
	}
	return nil
}

// Restock takes the same lock from another goroutine.
//
//go:noinline
func Restock() {
	stock.Lock()
	defer stock.Unlock()
	time.Sleep(2 * time.Millisecond)
}

// CheckPassword is POST /login.
//
//go:noinline
func CheckPassword(rounds int) {
	sum := sha256.Sum256([]byte("x"))
	for i := 0; i < rounds*20; i++ {
		sum = sha256.Sum256(append(sum[:], sum[:]...))
	}
	digest = sum
}

// BuildReport is the first half of GET /report: it allocates.
//
//go:noinline
func BuildReport(rows int) {
	report := make([]string, 0)
	for i := 0; i < rows*10; i++ {
		report = append(report, fmt.Sprintf("row-%d", (i*7919)%rows))
	}
	reports.Lock()
	defer reports.Unlock()
	lines = append(lines, report)
	if len(lines) > 4 {
		lines = lines[2:]
	}
	leaked = append(leaked, make([]byte, 50_000))
}

// RenderReport is the second half of GET /report.
//
//go:noinline
func RenderReport(rounds int) {
	for i := 0; i < rounds; i++ {
		words := make([]int, 3000)
		for j := range words {
			words[j] = (j*7919 + i) % 3001
		}
		sort.Ints(words)
		sink += float64(words[0])
	}
}

// Crunch runs outside of every request.
//
//go:noinline
func Crunch(n int) int {
	if n < 2 {
		return n
	}
	return Crunch(n-1) + Crunch(n-2)
}
