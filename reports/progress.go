package reports

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/schollz/progressbar/v3"

	"siptrust/internal/plain"
)

// Bar is the progress bar of a run on a terminal. Its methods may be called
// from several goroutines. It ignores errors of writing: a progress bar is
// no reason to end a run.
type Bar struct {
	mu     sync.Mutex
	bar    *progressbar.ProgressBar
	counts map[Status]int
}

// Progress starts a bar for total results on w, which should be a terminal's
// stderr; elsewhere print [Line] for each result. After total results
// the bar removes itself, and further results are not shown.
func Progress(w io.Writer, total int) *Bar {
	return &Bar{
		counts: map[Status]int{},
		bar: progressbar.NewOptions(max(total, 1),
			progressbar.OptionSetWriter(w),
			progressbar.OptionSetWidth(28),
			progressbar.OptionShowCount(),
			progressbar.OptionSetElapsedTime(true),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetRenderBlankState(true),
			progressbar.OptionSetTheme(progressbar.ThemeASCII),
		),
	}
}

// Add counts one result and shows it.
func (b *Bar) Add(r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !r.Waived {
		b.counts[r.Status]++
	}
	var words []string
	for _, status := range []Status{Fail, Inconclusive, Warn} {
		if n := b.counts[status]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, status))
		}
	}
	words = append(words, plain.Shorten(plain.Line(r.ID), 40))
	b.bar.Describe(strings.Join(words, ", "))
	_ = b.bar.Add(1)
}

// Done removes the bar, so that the summary begins on a clean line.
func (b *Bar) Done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.bar.Clear()
	_ = b.bar.Exit()
}
