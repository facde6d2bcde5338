// Goroutines whose stacks grow, and are moved, while probed functions are on them. Prints what it counted itself.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

var returns, arguments, recovered, guarded int64

//go:noinline
func grow(n int) int {
	var room [512]byte
	room[n%512] = byte(n)
	result := 0
	if n > 0 {
		result = grow(n - 1)
	} else {
		runtime.GC()
		runtime.Gosched()
	}
	atomic.AddInt64(&returns, 1)
	atomic.AddInt64(&arguments, int64(n))
	return result + int(room[n%512])
}

//go:noinline
func risky(n int) int {
	if n%3 == 0 {
		panic("three")
	}
	atomic.AddInt64(&returns, 1)
	atomic.AddInt64(&arguments, int64(n))
	return n * 2
}

//go:noinline
func guard(n int) (result int) {
	defer func() {
		atomic.AddInt64(&guarded, 1)
		if recover() != nil {
			recovered++
			result = -1
		}
	}()
	return risky(n)
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	if os.Args[1] == "grow" {
		var all sync.WaitGroup
		for i := 0; i < 8; i++ {
			all.Add(1)
			go func(depth int) {
				grow(depth)
				all.Done()
			}(count + i)
		}
		all.Wait()
	} else {
		for i := 0; i < count; i++ {
			guard(i)
		}
	}
	fmt.Println(returns, arguments, recovered, guarded)
}
