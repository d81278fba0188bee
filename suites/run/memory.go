package run

import (
	"os"
	"runtime/debug"
)

// gcPercent suits a program that keeps little and throws away much: with the
// default of 100 a fifth of a run's time went into collecting a heap of a few
// megabytes again and again. A run of the catalogue stays under 200 MB.
const gcPercent = 800

// TuneGC sets the garbage collection of the whole process for making runs,
// unless GOGC in the environment says otherwise. It is for a main function.
func TuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
