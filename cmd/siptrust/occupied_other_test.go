//go:build !linux

package main

import "os"

func occupied() { os.Exit(77) }
