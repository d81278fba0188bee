package exec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"siptrust/client"
	"siptrust/client/profile"
)

// namespaces says how a program gets a mount namespace of its own.
type namespaces struct {
	attr syscall.SysProcAttr
	err  error // why it gets none
}

// mountNamespace tries once what this machine allows: a plain mount namespace as
// root, else one within a user namespace.
var mountNamespace = sync.OnceValue(func() namespaces {
	plain := syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	user := syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var failed error
	for _, attr := range []syscall.SysProcAttr{plain, user} {
		if attr.Cloneflags == 0 && os.Geteuid() != 0 {
			continue
		}
		err := tryWith(func(p *program, a client.Attempt) error { return bindNames(p, a, attr) })
		if err == nil {
			return namespaces{attr: attr}
		}
		failed = err
	}
	return namespaces{err: fmt.Errorf("it takes root or user namespaces: %w", failed)}
})

// The libraries of the cwrap project, as the dynamic loader finds them.
const (
	nssWrapper    = "libnss_wrapper.so"
	resolvWrapper = "libresolv_wrapper.so"
)

// wrappers are the libraries that the loader finds; the first must be there.
var wrappers = sync.OnceValues(func() (preload []string, err error) {
	err = tryWith(func(p *program, a client.Attempt) error { return wrapNames(p, a, nssWrapper) })
	if err != nil {
		return nil, fmt.Errorf("on Debian: apt-get install libnss-wrapper libresolv-wrapper: %w", err)
	}
	err = tryWith(func(p *program, a client.Attempt) error { return wrapNames(p, a, nssWrapper, resolvWrapper) })
	if err != nil {
		return []string{nssWrapper}, nil
	}
	return []string{nssWrapper, resolvWrapper}, nil
})

// probe says why a means does not work on this machine; nil: it works.
func probe(m profile.Means) error {
	switch m {
	case profile.MeansHosts:
		return mountNamespace().err
	case profile.MeansWrapper:
		_, err := wrappers()
		return err
	}
	return nil
}

// apply makes the server's name known to p.
func apply(m profile.Means, p *program, a client.Attempt) error {
	switch m {
	case profile.MeansHosts:
		ns := mountNamespace()
		if ns.err != nil {
			return ns.err
		}
		return bindNames(p, a, ns.attr)
	case profile.MeansWrapper:
		preload, err := wrappers()
		if err != nil {
			return err
		}
		return wrapNames(p, a, preload...)
	}
	return nil
}

// bindScript runs in the namespace: it binds own files over the system's and then
// becomes the program.
const bindScript = `mount --bind "$1" /etc/hosts || exit 125
[ ! -e /etc/resolv.conf ] || mount --bind "$2" /etc/resolv.conf || exit 125
shift 2
exec "$@"`

func bindNames(p *program, a client.Attempt, attr syscall.SysProcAttr) error {
	sh, err := lookUp("sh")
	if err != nil {
		return err
	}
	if _, err := lookUp("mount"); err != nil {
		return err
	}
	// Without a DNS server on port 53 resolv.conf names the case's own address,
	// where nothing answers, so that no question leaves the machine.
	dns := a.Server.Addr()
	if a.DNS.IsValid() && a.DNS.Port() == resolverPort {
		dns = a.DNS.Addr()
	}
	hosts, err := writeOwn(a, "hosts", hostsFile(a))
	if err != nil {
		return err
	}
	resolv, err := writeOwn(a, "resolv.conf", fmt.Sprintf("nameserver %s\noptions timeout:1 attempts:1\n", dns))
	if err != nil {
		return err
	}
	p.argv = append([]string{sh, "-c", bindScript, "sh", hosts, resolv}, p.argv...)
	p.attr = attr
	return nil
}

func wrapNames(p *program, a client.Attempt, preload ...string) error {
	hosts, err := writeOwn(a, "hosts", hostsFile(a))
	if err != nil {
		return err
	}
	kind := "A"
	if a.Server.Addr().Is6() {
		kind = "AAAA"
	}
	var records strings.Builder
	for _, name := range serverNames(a) {
		fmt.Fprintf(&records, "%s %s %s\n", kind, name, a.Server.Addr())
	}
	resolv, err := writeOwn(a, "resolv-hosts", records.String())
	if err != nil {
		return err
	}
	libraries := strings.Join(preload, ":")
	for _, s := range p.env {
		if old, ok := strings.CutPrefix(s, "LD_PRELOAD="); ok && old != "" {
			libraries = strings.Join(preload, ":") + ":" + old
		}
	}
	p.env = append(p.env, "LD_PRELOAD="+libraries, "NSS_WRAPPER_HOSTS="+hosts, "RESOLV_WRAPPER_HOSTS="+resolv)
	return nil
}

// writeOwn writes one of siptrust's files of the attempt. Everyone may read it: a
// program may run as another user.
func writeOwn(a client.Attempt, name, text string) (string, error) {
	path, err := filepath.Abs(filepath.Join(a.Dir, profile.OwnDir, name))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return "", err
	}
	return path, nil
}
