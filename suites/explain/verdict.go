package explain

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"siptrust/suites/catalogue"
	"siptrust/suites/judge"
	"siptrust/suites/seen"
)

// expectation is what a client must do, in words.
func expectation(e catalogue.Expectation) string {
	return map[catalogue.Expectation]string{
		catalogue.Accept:  "the client completes the handshake and sends SIP inside TLS",
		catalogue.Refuse:  "the client ends the connection and sends nothing",
		catalogue.Quiet:   "the server makes the handshake fail, and the client sends nothing in the clear",
		catalogue.Observe: "standards disagree, so what the client does is recorded and not judged",
	}[e]
}

// explainVerdict writes what the client must do and what then decides, in the words of
// the case.
func explainVerdict(w io.Writer, cs *catalogue.Case) {
	fmt.Fprintf(w, "Expect   %s (%s): %s\n", cs.Expect, cs.Level, expectation(cs.Expect))
	for _, p := range catalogue.Policies() {
		if e, ok := cs.ByPolicy[p]; ok {
			fmt.Fprintf(w, "         policy %s: %s: %s\n", p, e, expectation(e))
		}
		if l, ok := cs.LevelBy[p]; ok {
			fmt.Fprintf(w, "         policy %s: %s\n", p, l)
		}
	}
	for _, d := range cs.Demands {
		level := ""
		if d.Level != "" && string(d.Level) != string(cs.Level) {
			level = fmt.Sprintf(" (%s)", d.Level)
		}
		fmt.Fprintf(w, "Demand   %s%s, which is missed if %s\n", d.Name, level, d.Missed)
	}
	label := "Verdict "
	for _, line := range decides(cs) {
		fmt.Fprintf(w, "%s %s\n", label, line)
		label = "        "
	}
}

// decides says which outcome gives which status. The judge's table is the whole of it.
func decides(cs *catalogue.Case) []string {
	var lines []string
	if len(cs.ByPolicy) > 0 {
		lines = append(lines, "under the policy interop, which is the default:")
	}
	fail := "fail"
	if cs.Level == catalogue.Should {
		fail = "warn"
	}
	lines = append(lines, decidesOutcome(cs, fail)...)
	if cs.MustCome {
		lines = append(lines, fail+" if the client does not come to the server, although DNS named it and the twin was accepted")
	} else {
		lines = append(lines, "inconclusive if no ClientHello comes")
	}
	leak := "fail if SIP of the account arrives in the clear"
	if cs.ClearHop != "" {
		leak += ", other than over " + strings.ToUpper(cs.ClearHop) + " to where the server sent the client"
	}
	lines = append(lines, leak)
	for _, p := range cs.Hello {
		lines = append(lines, "skip if "+p.Lacking)
	}
	if len(cs.Needs) > 0 {
		words := make([]string, len(cs.Needs))
		for i, need := range cs.Needs {
			words[i] = string(need)
		}
		lines = append(lines, "skip if the client lacks "+strings.Join(words, " or "))
	}
	return append(lines, "(siptrust explain --rules shows every rule of the judge, in order)")
}

// decidesOutcome is the part of decides that depends on the expectation. Fail is the
// status of a client that does not meet it.
func decidesOutcome(cs *catalogue.Case, fail string) []string {
	missed := ""
	if len(cs.Demands) > 0 {
		missed = " or misses a demand"
	}
	switch cs.Expect {
	case catalogue.Accept:
		return []string{"pass if the client accepts, " + fail + " if it does not" + missed}
	case catalogue.Refuse:
		lines := []string{"pass if the client refuses, " + fail + " if it accepts" + missed}
		if cs.RefusalCounts == seen.AfterClientHello {
			lines = append(lines, "pass also if its ClientHello offers nothing that the server supports")
		} else {
			lines = append(lines, "inconclusive if it leaves before the server's Certificate was sent")
		}
		return append(lines,
			"inconclusive if it did not accept the sound twin, because then a refusal proves nothing",
			"warn if it sends nothing and leaves the connection open")
	case catalogue.Quiet:
		return []string{"pass if the client sends nothing, " + fail + " if SIP is exchanged" + missed}
	default:
		return []string{"info, whatever the client does"}
	}
}

// Rules writes the table by which the judge decides, in its order: name, status and
// when the rule holds.
func Rules(w io.Writer) error {
	var b strings.Builder
	b.WriteString("How a case is judged: the first of these rules that holds decides.\n\n")
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RULE\tSTATUS\tWHEN")
	for _, r := range judge.Rules() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", r.Name, r.Status, r.When)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	b.WriteString("\nFail becomes warn in a case whose level is SHOULD, unless SIP arrived in the clear.\n")
	_, err := io.WriteString(w, b.String())
	return err
}
