package explain

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"siptrust/fakeserver"
	"siptrust/pkiforge"
	"siptrust/suites/catalogue"
	"siptrust/suites/seen"
)

// handDir is where the recipes have the files of 'siptrust forge'.
const handDir = "pki"

// recipe says how a case is done by hand, with programs that a distribution has.
type recipe struct {
	steps []step
	// rest says what the servers do besides what is beyond OpenSSL, as options of it;
	// empty: the steps have commands.
	rest []string
	// beyond says what the servers of the case do and no command of the steps does.
	beyond []string
}

// kind is what a step of a recipe is.
type kind int

// The kinds. The zero value is words for the reader.
const (
	words  kind = iota
	runs        // a command that ends by itself
	serves      // a command that runs until it is ended
	ends        // the reader ends all servers
	types       // the reader types q into openssl
)

// step is one line of a recipe, a command as a shell takes it or a sentence.
type step struct {
	kind kind
	text string
}

// runnable says whether the recipe starts the servers of the case.
func (r *recipe) runnable() bool { return len(r.rest) == 0 }

// add adds a step of words.
func (r *recipe) add(format string, a ...any) {
	r.steps = append(r.steps, step{text: fmt.Sprintf(format, a...)})
}

// newRecipe makes the recipe of a case from the behaviour of each of its servers.
func newRecipe(cs *catalogue.Case, s *catalogue.Scenario, servers []served) recipe {
	r := recipe{steps: []step{{runs, "siptrust forge " + cs.ID + " --out " + handDir}}}
	firstHost := ""
	if s.Elsewhere != nil {
		firstHost = handServer.Addr().String()
	}
	first := newServer(&servers[0], firstHost)
	var later, second *server
	for i := range servers[1:] {
		switch v := &servers[i+1]; v.dir {
		case laterDir:
			later = newServer(v, firstHost)
			noteTickets(first, later, s)
		default:
			second = newServer(v, handElsewhere.Addr().String())
		}
	}
	r.note(first, "It")
	r.note(later, "Later it")
	r.note(second, "The second server")
	if len(r.rest) > 0 {
		return r
	}
	r.serve(first)
	if second != nil {
		r.add("The second server:")
		r.serve(second)
	}
	r.client(s, first)
	r.after(s, first, later)
	r.watch(cs, s)
	return r
}

// noteTickets notes that the later server takes tickets which the first one issued,
// where it is another process.
func noteTickets(first, later *server, s *catalogue.Scenario) {
	sameSessions := first.MinVersion == later.MinVersion && first.MaxVersion == later.MaxVersion && slices.Equal(first.CipherSuites, later.CipherSuites)
	if takeTickets(first, later) && sameSessions && !stays(first, later, s) {
		later.leavesOut("accepts the tickets that the first server issued: a new process of openssl has new keys for tickets")
	}
}

func takeTickets(first, later *server) bool {
	return first.Tickets == fakeserver.TicketsTaken && later.Tickets == fakeserver.TicketsTaken
}

// stays says whether the first server can do what the later one does. Elsewhere
// the later one is another process, since its certificate is a new one even if the
// plan is the same.
func stays(first, later *server, s *catalogue.Scenario) bool {
	if !takeTickets(first, later) || len(pkiforge.Diff(s.Plan, s.Later.Plan)) > 0 || len(first.unable)+len(later.unable) > 0 {
		return false
	}
	asFirst := newServer(&served{behaviour: later.Behaviour}, later.host)
	return slices.Equal(first.commands(), asFirst.commands())
}

// note takes what is beyond OpenSSL at one server, which may be nil. Who is in words
// before a verb: "Later it".
func (r *recipe) note(s *server, who string) {
	if s == nil {
		return
	}
	for _, what := range slices.Concat(s.unable, s.missing) {
		r.beyond = append(r.beyond, who+" "+what+".")
	}
	if len(s.unable) > 0 {
		r.rest = append(r.rest, strings.Join(s.options, " "))
	}
}

// serve adds the commands of a server.
func (r *recipe) serve(s *server) {
	servers := s.servers()
	r.steps = append(r.steps, slices.DeleteFunc(s.commands(), func(c step) bool { return c.kind == serves })...)
	if len(servers) > 1 {
		r.add("Run each of the following servers in a terminal of its own:")
	}
	r.steps = append(r.steps, servers...)
	for _, note := range s.notes {
		r.add("%s", note)
	}
}

// client says how the client is set up and what it is to do.
func (r *recipe) client(s *catalogue.Scenario, first *server) {
	switch {
	case s.Zone != nil:
		r.add("On the client: its DNS server answers with the records above.")
	case s.Given == catalogue.GivenAddress: // there is nothing to resolve
	case s.Given == catalogue.GivenProxy:
		r.add("On the client: %s resolves to the address of this machine.", strings.TrimPrefix(hostOf(s.Proxy(handServer)), "sips:"))
	default:
		r.add("On the client: %s resolves to the address of this machine.", s.Names.Host)
	}
	if s.SecondAccount || s.Redirected {
		r.add("On the client: %s resolves to it, too.", s.Names.Other)
	}
	trusts := "On the client: trust the roots in " + handDir + "/roots.pem"
	if s.Plan.Identity != "" {
		trusts += ", and use the certificate and key in " + handDir + "/client.pem"
	} else if first.ClientAuth != fakeserver.AuthNone {
		trusts += ", and have no client certificate"
	}
	r.add("%s.", trusts)
	register := "Start the client and register " + s.URI(handServer)
	if proxy := s.Proxy(handServer); proxy != "" {
		register += " by the outbound proxy " + proxy
	}
	if s.SecondAccount {
		register += " and " + s.SecondURI(handServer)
	}
	if s.Starts() > 1 && s.Later == nil {
		register += fmt.Sprintf(", %d times in a row", s.Starts())
	}
	r.add("%s.", register)
	if first.hello.tls {
		r.add("openssl prints what the client sends inside TLS and answers no SIP. A REGISTER there means that the client accepted the server.")
	}
}

// hostOf is the host of "sips:host:port".
func hostOf(uri string) string {
	uri = strings.TrimPrefix(uri, "sips:")
	if i := strings.LastIndexByte(uri, ':'); i >= 0 {
		return uri[:i]
	}
	return uri
}

// after says how the first connection ends and what the client meets then.
func (r *recipe) after(s *catalogue.Scenario, first, later *server) {
	same := later == nil || stays(first, later, s)
	for _, e := range first.ends {
		if same || s.Later.Restarted {
			r.steps = append(r.steps, step{types, capital(e.when) + ", type q in the terminal of openssl and press Enter: openssl ends the connection."})
		} else {
			others := ""
			if len(first.servers()) > 1 {
				others = ", and then the other servers"
			}
			r.steps = append(r.steps, step{ends, capital(e.when) + ", end openssl (Ctrl-C), which ends the connection" + others + "."})
		}
	}
	if later == nil {
		return
	}
	switch {
	case s.Later.Restarted && same:
		r.add("Then end the client and start it again.")
	case s.Later.Restarted:
		r.steps = append(r.steps, step{ends, "Then end the client and every server (Ctrl-C), start the following one, and start the client again:"})
		r.serve(later)
	case same:
		r.add("The client then connects to the same server again.")
	default:
		r.add("Start the following server at once. It is the one to which the client connects again:")
		r.serve(later)
	}
	if s.Later.Trust {
		r.add("At its second start the client trusts the roots in %s/%s/roots.pem instead.", handDir, laterDir)
	}
}

// watch says what to look for besides what openssl prints.
func (r *recipe) watch(cs *catalogue.Case, s *catalogue.Scenario) {
	if s.Elsewhere != nil {
		about := map[seen.About]string{seen.AboutHere: "the first server", seen.AboutThere: "the second server"}[s.Elsewhere.Judged]
		if about == "" {
			about = "both servers together"
		}
		r.add("The verdict is about %s.", about)
	}
	if slices.ContainsFunc(cs.Demands, func(d seen.Demand) bool { return d.Name == seen.NothingInClear.Name }) {
		r.add("SIP in the clear is a failure. To see it: tcpdump -i any -A 'port 5060 or udp port 5061'")
	}
	if s.Linger {
		r.add("Watch for some seconds longer what the client does.")
	}
}

// write prints the recipe, so that a shell takes what it prints: words are comments.
func (r *recipe) write(w io.Writer, id string) {
	fmt.Fprint(w, "\nBy hand\n")
	for _, s := range r.steps {
		fmt.Fprintf(w, "  %s\n", s.shell())
	}
	if len(r.beyond) == 0 {
		return
	}
	fmt.Fprint(w, "\nBeyond OpenSSL: what the server of this case does besides\n")
	for _, what := range r.beyond {
		fmt.Fprintf(w, "  - %s\n", what)
	}
	for _, options := range r.rest {
		fmt.Fprintf(w, "  Apart from that it is like openssl s_server with\n    %s\n", broken(options, "\n   "))
	}
	fmt.Fprintf(w, "  siptrust does all of it: siptrust run --client YOURS --filter %s\n", id)
}

// shell is the step as a shell takes it: a command, or a comment.
func (s step) shell() string {
	if s.kind == runs || s.kind == serves {
		return broken(s.text, " \\\n     ")
	}
	return "# " + s.text
}

// lineLength is where the lines of long commands are broken.
const lineLength = 120

// broken breaks a command before options so that its lines do not become too long. What
// is quoted stays as it is.
func broken(command, at string) string {
	quoted := ""
	if i := strings.IndexByte(command, '\''); i >= 0 {
		command, quoted = command[:i], command[i:]
	}
	var b strings.Builder
	column := 0
	for i, part := range strings.Split(command, " -") {
		switch {
		case i == 0:
			b.WriteString(part)
			column = len(part)
			continue
		case column+2+len(part) > lineLength:
			b.WriteString(at)
			column = len(at)
		}
		b.WriteString(" -" + part)
		column += 2 + len(part)
	}
	return b.String() + quoted
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
