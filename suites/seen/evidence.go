package seen

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"siptrust/fakeserver"
	"siptrust/internal/plain"
	"siptrust/reports"
)

// Evidence merges what was observed in all attempts into one ladder, in the
// order of time. Rungs of a second connection or attempt say so.
func (a *Attempts) Evidence() []reports.Evidence {
	ladder := []reports.Evidence{}
	var base time.Time
	for i := range a.All {
		o := a.All[i].Observation
		if i == 0 {
			base = o.Started
		}
		prefix := ""
		if len(a.All) > 1 {
			prefix = fmt.Sprintf("attempt %d", i+1)
		}
		rungs := ladderOf(o, prefix)
		offset := reports.Milliseconds(o.Started.Sub(base))
		for k := range rungs {
			rungs[k].Ms += offset
		}
		ladder = append(ladder, rungs...)
	}
	return ladder
}

// ladderOf is the ladder of one attempt.
func ladderOf(o *fakeserver.Observation, prefix string) []reports.Evidence {
	n := len(o.Datagrams) + 1
	for i := range o.Connections {
		n += len(o.Connections[i].Events)
	}
	rungs := make([]reports.Evidence, 0, n)
	for i := range o.Connections {
		c := &o.Connections[i]
		where := prefix
		if i > 0 || !c.Listener.TLS {
			where = join(prefix, fmt.Sprintf("connection %d to port %d%s", i+1, c.Listener.Address.Port(), ofSecond(c.Listener)))
		}
		for _, e := range c.Events {
			rungs = append(rungs, reports.Evidence{
				Ms: reports.Milliseconds(e.At), From: string(e.From), Kind: string(e.Kind), What: e.What, Detail: join(where, e.Detail), Protected: e.Protected,
			})
		}
	}
	for i := range o.Datagrams {
		d := &o.Datagrams[i]
		rungs = append(rungs, reports.Evidence{
			Ms: reports.Milliseconds(d.At), From: string(fakeserver.FromClient), Kind: string(clearKind(d.Kind)), What: "clear " + string(d.Kind),
			Detail: join(join(prefix, fmt.Sprintf("UDP to port %d%s", d.Listener.Address.Port(), ofSecond(d.Listener))), plain.DotsOfLine(string(d.Data), maxDetail)),
		})
	}
	for i := range o.Requests {
		q := &o.Requests[i]
		rungs = append(rungs, reports.Evidence{
			Ms: reports.Milliseconds(q.At), From: string(fakeserver.FromClient), What: "HTTP " + plain.Dots(q.Method, maxDetail),
			Detail: join(prefix, fmt.Sprintf("%s, answered: %s", plain.Dots(q.Path, maxDetail), q.Answer)),
		})
	}
	if o.Frozen > 0 {
		rungs = append(rungs, reports.Evidence{Ms: reports.Milliseconds(o.Frozen), From: "tool", What: "end", Detail: join(prefix, "siptrust ended the client")})
	}
	if o.Dropped > 0 {
		rungs = append(rungs, reports.Evidence{Ms: reports.Milliseconds(o.Frozen), From: "tool", What: "not kept", Detail: join(prefix, fmt.Sprintf("%d more events", o.Dropped))})
	}
	slices.SortStableFunc(rungs, func(a, b reports.Evidence) int { return cmp.Compare(a.Ms, b.Ms) })
	return rungs
}

// clearKind is the kind of a datagram's event.
func clearKind(k fakeserver.ClearKind) fakeserver.Kind {
	if k == fakeserver.ClearSIP {
		return fakeserver.KindClearSIP
	}
	return fakeserver.KindClear
}

// ofSecond says so of a listener of the second server.
func ofSecond(l fakeserver.Listener) string {
	if l.Second {
		return " of the second server"
	}
	return ""
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ": " + b
}

// maxDetail is how much of what came in the clear a rung shows, in characters.
const maxDetail = 80
