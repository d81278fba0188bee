package run

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"siptrust/client"
	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/reports"
	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
)

// runCase runs one case and records its result.
func (r *Run) runCase(ctx context.Context, cs *catalogue.Case) error {
	j, err := r.confirmed(ctx, cs)
	if err != nil {
		return fmt.Errorf("%s: %w", cs.ID, err)
	}
	r.emit(j)
	return nil
}

// try takes one case from forge to verdict and records nothing.
func (r *Run) try(ctx context.Context, cs *catalogue.Case) (*Judged, error) {
	j := &Judged{Case: cs, Judgement: judge.Judgement{Case: cs, Policy: r.settings.Policy, Twin: r.twinState(cs), Seen: seen.Attempts{Windows: r.limits.windows}}}
	if why := r.cannot(cs, j.Judgement.Twin); why != "" {
		j.Result = r.blank(cs)
		j.Result.Status, j.Result.Reason = reports.Skip, why
		return j, nil
	}
	began := time.Now()
	trial, err := r.newTrial(ctx, cs)
	if err != nil {
		return nil, err
	}
	defer trial.close()
	if j.Judgement.Seen.All, err = trial.attempts(ctx); err != nil {
		return nil, err
	}
	for i := range j.Judgement.Seen.All {
		j.Observations = append(j.Observations, j.Judgement.Seen.All[i].Observation)
	}
	j.Result = j.Judgement.Result(j.Judgement.Judge(), time.Since(began))
	// A control that the filter left out is not counted, unless SIP leaked: that is
	// a failure of the run.
	j.Result.Control = r.blank(cs).Control && j.Result.Outcome != string(seen.Leaked)
	return j, nil
}

// twinState is what the run knows of a case's twin by now.
func (r *Run) twinState(cs *catalogue.Case) judge.TwinState {
	if cs.Sound() {
		return judge.NoTwin
	}
	twin, ok := r.lookup(cs.Twin)
	switch {
	case !ok:
		return judge.TwinNot
	case twin.Result.Outcome == string(seen.Accepted):
		return judge.TwinAccepted
	case twin.Result.Status == reports.Skip:
		return judge.TwinSkipped
	default:
		return judge.TwinNot
	}
}

// cannot says why a case is skipped without an attempt, if so.
func (r *Run) cannot(cs *catalogue.Case, twin judge.TwinState) string {
	if why := cs.Fixed.Pinned(r.settings.TLSVersion, r.settings.TLSKey); why != "" {
		return why + ": " + cs.Repeats + " says the same"
	}
	if why := r.outsidePin(cs); why != "" {
		return why
	}
	if twin == judge.TwinSkipped {
		return "its twin " + cs.Twin + " was skipped"
	}
	pinned := map[string]client.Feature{"1.2": client.FeatureTLS12, "1.3": client.FeatureTLS13}[r.settings.TLSVersion]
	for feature, why := range r.traits.Lacks {
		if feature == pinned {
			return fmt.Sprintf("the client has no TLS %s: %s", r.settings.TLSVersion, why)
		}
	}
	for _, need := range cs.Needs {
		if why, lacks := r.traits.Lacks[need]; lacks {
			return fmt.Sprintf("the client lacks %s: %s", need, why)
		}
	}
	return ""
}

// outsidePin says why a case is not for a run that is pinned to one version of
// TLS, if so.
func (r *Run) outsidePin(cs *catalogue.Case) string {
	pin := r.settings.TLSVersion
	if pin == "" {
		return ""
	}
	scenario, err := r.catalogue.Scenario(cs.ID, r.names())
	if err != nil {
		return "" // the attempt says what is wrong
	}
	switch own := scenario.TLS(); own {
	case "", pin:
		return ""
	case catalogue.TLSOwn:
		return fmt.Sprintf("the case sets the versions of the server itself, and the run is pinned to TLS %s", pin)
	default:
		return fmt.Sprintf("the case is about TLS %s, and the run is pinned to TLS %s", own, pin)
	}
}

var counter atomic.Uint64

// names are fresh for every case of every run, unless the run has its own.
func (r *Run) names() pkiforge.Names {
	if r.settings.Names.Host != "" {
		return r.settings.Names
	}
	n := counter.Add(1)
	host := fmt.Sprintf("sip%d.r%s.test", n, r.token)
	return pkiforge.Names{Run: r.token, Host: host, Domain: host, Other: fmt.Sprintf("other%d.r%s.test", n, r.token)}
}

// attemptDir makes the directory of a case's attempt. It is named by the case for
// a tester who keeps it; otherwise its name tells the client nothing.
func (r *Run) attemptDir(cs *catalogue.Case, n int) (string, error) {
	name := "attempt-"
	if r.settings.Keep {
		name = fmt.Sprintf("%s-%d-", strings.ReplaceAll(cs.ID, string(filepath.Separator), "_"), n+1)
	}
	dir, err := os.MkdirTemp(r.dir, name)
	if err != nil {
		return "", fmt.Errorf("make a directory for the attempt: %w", err)
	}
	return dir, nil
}

// documents are what the revocation service gives out.
func documents(m *pkiforge.Material) []fakeserver.Document {
	var all []fakeserver.Document
	for _, name := range m.Plan.Fetchable() {
		all = append(all, fakeserver.Document{Path: pkiforge.CertPath(name), Type: "application/pkix-cert", Body: m.Certs[name].DER})
	}
	s := &m.Status
	if s.Answer != nil {
		all = append(all, fakeserver.Document{Path: pkiforge.OCSPPath, Type: "application/ocsp-response", Body: s.Answer})
	}
	for _, l := range s.Lists {
		all = append(all, fakeserver.Document{Path: l.Path, Type: "application/pkix-crl", Body: l.DER})
	}
	return all
}
