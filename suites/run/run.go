// Package run takes cases from forge to verdict: it reserves addresses, forges,
// serves, drives the client, watches, asks the judge and keeps the record. Which
// cases there are and what they expect it is told.
package run

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/cases"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
)

// DefaultTimeout bounds one attempt where neither user nor profile sets one.
const DefaultTimeout = 10 * time.Second

// Settings are what a run is made with. The zero value of every field but
// Driver means its default.
type Settings struct {
	Driver client.Driver
	// Version of siptrust, for the record.
	Version    string
	Catalogue  *catalogue.Catalogue // nil: All()
	Policy     catalogue.Policy     // "": Interop
	Filter     string               // Ginkgo label expression; "": every case
	Jobs       int                  // cases at once; 0: by cores and client
	TLSVersion string               // "1.2" or "1.3" pins the server; "": both
	TLSKey     pkiforge.KeyAlgorithm
	Timeout    time.Duration // of one attempt; 0: the client's own, else DefaultTimeout
	Keep       bool          // leave the attempts' directories
	Confirm    int           // how often a case that fails is run again; 0: never
	Waivers    *Waivers      // known failures that someone signed for; nil: none
	Windows    seen.Windows  // zero: seen.DefaultWindows
	// OnResult is called, one call at a time, for every result as it is known
	// and again when the end of the run changes it.
	OnResult func(reports.Result)
	// Shared has all cases served at one address, one after the other: cases then
	// change under a client that keeps coming back. Otherwise every case has a
	// server of its own.
	Shared bool
	// Names are those of the servers in every attempt, where they are installed at
	// the client; the zero value: fresh ones for every case.
	Names pkiforge.Names
	// OnAttempt is called before each attempt, by several goroutines, with what
	// the client is not told: the case that the attempt with this ID belongs to.
	OnAttempt func(id string, cs *catalogue.Case)
}

// Judged is one case with its result and all that was observed.
type Judged struct {
	Case         *catalogue.Case
	Result       reports.Result
	Observations []*fakeserver.Observation // one an attempt
	Judgement    judge.Judgement
}

// Run is one run over a selection of cases. It is used once.
type Run struct {
	settings  Settings
	catalogue *catalogue.Catalogue
	selected  []*catalogue.Case
	controls  []*catalogue.Case // twins of selected cases, selected or not
	traits    client.Traits
	host      host
	limits    limits
	forge     *pkiforge.Forge
	dns       *fakeserver.DNS
	token     string
	dir       string
	began     time.Time

	mu       sync.Mutex
	judged   map[string]*Judged
	done     chan struct{}
	emitting sync.Mutex
}

// New checks the settings and selects the cases. The error says in one
// line which setting is wrong and how to fix it.
func New(s Settings) (*Run, error) {
	if s.Driver == nil {
		return nil, errors.New("run: no client")
	}
	if s.Catalogue == nil {
		s.Catalogue = cases.All()
	}
	if s.Policy == "" {
		s.Policy = catalogue.Interop
	}
	if err := s.Policy.Unknown(); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"", "1.2", "1.3"}, s.TLSVersion) {
		return nil, fmt.Errorf("unknown TLS version %q; 1.2 or 1.3", s.TLSVersion)
	}
	if s.TLSKey == "" {
		s.TLSKey = pkiforge.ECDSA
	}
	if !slices.Contains([]pkiforge.KeyAlgorithm{pkiforge.ECDSA, pkiforge.RSA}, s.TLSKey) {
		return nil, fmt.Errorf("unknown key algorithm %q; ecdsa or rsa", s.TLSKey)
	}
	if s.Jobs < 0 || s.Timeout < 0 || s.Confirm < 0 {
		return nil, errors.New("jobs, timeout and confirm must not be negative")
	}
	if s.Windows == (seen.Windows{}) {
		s.Windows = seen.DefaultWindows()
	}
	selected, err := s.Catalogue.Select(s.Filter)
	if err != nil {
		return nil, err
	}
	r := &Run{
		settings: s, catalogue: s.Catalogue, selected: selected, traits: s.Driver.Traits(),
		judged: make(map[string]*Judged), done: make(chan struct{}), began: time.Now(),
	}
	r.controls = r.twinsOf(selected)
	r.lackHere()
	r.settings.Jobs = r.jobs()
	r.limits = r.timeLimits()
	return r, nil
}

// twinsOf gives the sound cases that the verdicts on cases rest on.
func (r *Run) twinsOf(cases []*catalogue.Case) []*catalogue.Case {
	var twins []*catalogue.Case
	for _, cs := range cases {
		id := cs.Twin
		if cs.Sound() {
			id = cs.ID
		}
		if twin, ok := r.catalogue.Lookup(id); ok && !slices.Contains(twins, twin) {
			twins = append(twins, twin)
		}
	}
	return twins
}

func (r *Run) jobs() int {
	jobs := r.settings.Jobs
	if jobs == 0 {
		jobs = max(4, 2*runtime.GOMAXPROCS(0)) // a client and a server wait for one another
	}
	if r.traits.Parallel > 0 {
		jobs = min(jobs, r.traits.Parallel)
	}
	if r.settings.Shared {
		jobs = 1
	}
	return jobs
}

// limits bound an attempt in time. They come from the driver's traits, where the
// user names no others.
type limits struct {
	attempt time.Duration // of a whole attempt
	settle  time.Duration // after the outcome is certain
	silence time.Duration // in which nothing may come, in quiet cases
	windows seen.Windows
}

// defaultSilence is the window of quiet cases for a client that asks for no other.
const defaultSilence = 3 * time.Second

func (r *Run) timeLimits() limits {
	return limits{
		attempt: cmp.Or(r.settings.Timeout, r.traits.Timeout, DefaultTimeout),
		settle:  r.traits.Settle,
		silence: cmp.Or(r.traits.Silence, defaultSilence),
		windows: r.settings.Windows,
	}
}

// Header is the record before anything is known.
func (r *Run) Header(ctx context.Context) reports.Record {
	d := r.settings.Driver
	return reports.Record{
		Schema: reports.Schema, Verdict: reports.NotAssessed,
		Tool:    reports.Tool{Name: "siptrust", Version: r.settings.Version, Edition: cases.Edition},
		Subject: reports.Subject{Kind: reports.SubjectClient, Name: d.Name(), Version: d.Version(ctx), Driver: d.Kind()},
		Policy:  string(r.settings.Policy),
		Settings: reports.Settings{
			TLSVersion: r.settings.TLSVersion, TLSKey: string(r.settings.TLSKey), Filter: r.settings.Filter,
			Traps: string(r.traps()), Jobs: r.settings.Jobs,
		},
		Started: time.Now().UTC(), Results: []reports.Result{},
	}
}

// Total is the number of results that the run will give, controls included.
func (r *Run) Total() int {
	n := len(r.selected)
	for _, cs := range r.controls {
		if !slices.Contains(r.selected, cs) {
			n++
		}
	}
	return n
}

// Execute makes the run and gives its record. When ctx ends the run is cut
// short: the record holds what is known and is not complete. The error is for
// what kept siptrust itself from working; the record holds what came before.
func (r *Run) Execute(ctx context.Context) (reports.Record, error) {
	record := r.Header(ctx)
	defer close(r.done)
	if err := r.open(ctx); err != nil {
		return record, err
	}
	defer r.close()

	err := r.phases(ctx)
	record.Complete = err == nil && ctx.Err() == nil
	record.Results = r.results()
	record.Seconds = time.Since(record.Started).Seconds()
	record.Summary = reports.Summarise(record.Results)
	record.Verdict = verdict(record)
	if ctx.Err() != nil {
		err = nil // interrupted: not a failure of the tool
	}
	return record, err
}

// open makes what all attempts share.
func (r *Run) open(ctx context.Context) error {
	r.token = pkiforge.NewRun()
	switch {
	case r.settings.Shared:
		r.host = &sharedServer{}
	case r.traits.Forgets:
		r.host = &keptServers{}
	default:
		r.host = ownServers{}
	}
	r.forge = pkiforge.New(pkiforge.Options{KeyAlgorithm: r.settings.TLSKey})
	var err error
	if r.traits.Files {
		if r.dir, err = os.MkdirTemp("", "siptrust-"); err != nil {
			r.close()
			return fmt.Errorf("make a directory for the attempts: %w", err)
		}
	}
	if p, ok := r.settings.Driver.(client.Preparer); ok && r.dir != "" {
		if err := r.prepare(ctx, p); err != nil {
			r.close()
			return err
		}
	}
	if r.traits.DNS || r.asksDNS() {
		if r.dns, err = startDNS(); err != nil {
			r.close()
			return fmt.Errorf("start a DNS server: %w", err)
		}
	}
	return nil
}

// prepare has the driver make what its attempts share.
func (r *Run) prepare(ctx context.Context, p client.Preparer) error {
	dir := filepath.Join(r.dir, "client")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("make a directory for the client: %w", err)
	}
	d, err := p.Prepare(ctx, dir)
	if err == nil {
		r.settings.Driver = d
	}
	return err
}

// startDNS prefers port 53 of a loopback address of its own, the only port
// that a resolv.conf can name; without the right to it any port serves the
// clients that take one.
func startDNS() (*fakeserver.DNS, error) {
	var b [2]byte
	rand.Read(b[:])
	own := netip.AddrFrom4([4]byte{127, 53, b[0], 1 + b[1]%254})
	if dns, err := fakeserver.StartDNS(netip.AddrPortFrom(own, 53)); err == nil {
		return dns, nil
	}
	return fakeserver.StartDNS(netip.MustParseAddrPort("127.0.0.1:0"))
}

func (r *Run) close() {
	if r.forge != nil {
		r.forge.Close()
	}
	if r.host != nil {
		r.host.close()
	}
	if r.dns != nil {
		r.dns.Close()
	}
	if r.dir != "" && !r.settings.Keep {
		os.RemoveAll(r.dir)
	}
}

// Policy is the rule set that the run judges by.
func (r *Run) Policy() catalogue.Policy { return r.settings.Policy }

// Kept names the directory of the attempts, where there is one that stays.
func (r *Run) Kept() string {
	if !r.settings.Keep {
		return ""
	}
	return r.dir
}

func (r *Run) blank(cs *catalogue.Case) reports.Result {
	result := judge.Blank(cs, r.settings.Policy)
	result.Control = !slices.Contains(r.selected, cs)
	return result
}

func (r *Run) lookup(id string) (*Judged, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	j, ok := r.judged[id]
	return j, ok
}

// emit records a result and tells who listens.
func (r *Run) emit(j *Judged) {
	r.emitting.Lock()
	defer r.emitting.Unlock()
	r.mu.Lock()
	r.judged[j.Case.ID] = j
	r.mu.Unlock()
	if r.settings.OnResult != nil {
		r.settings.OnResult(r.withWaiver(j.Result))
	}
}

// results are all that is known, in the catalogue's order.
func (r *Run) results() []reports.Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	results := make([]reports.Result, 0, len(r.judged))
	for i := range r.catalogue.Cases {
		if j, ok := r.judged[r.catalogue.Cases[i].ID]; ok {
			results = append(results, r.withWaiver(j.Result))
		}
	}
	return results
}

// Await gives the final result of a case once the run has ended, or an error
// when ctx ends first or the run never came to it.
func (r *Run) Await(ctx context.Context, id string) (*Judged, error) {
	select {
	case <-r.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("await %s: %w", id, ctx.Err())
	}
	if j, ok := r.lookup(id); ok {
		return j, nil
	}
	return nil, fmt.Errorf("await %s: the run ended before it came to the case", id)
}

// verdict is the word on a whole run.
func verdict(record reports.Record) reports.Verdict {
	s := record.Summary
	judged := s.Pass + s.Warn + s.Fail + s.Info + s.Waived
	switch {
	case s.Fail > 0:
		return reports.DoesNotConform
	case s.Inconclusive > 0 || judged == 0 || !record.Complete:
		return reports.NotAssessed
	case s.Skip > 0 || s.Warn > 0 || s.Waived > 0:
		return reports.ConformsWithGaps
	default:
		return reports.Conforms
	}
}
