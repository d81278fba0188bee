package exec

import "testing"

// A port that another run has claimed is not taken, even if nothing has bound it
// yet.
func TestClaimedPortsArePassedOver(t *testing.T) {
	t.Parallel()
	found, release, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	// As another run sees them: it has only the sockets.
	for _, p := range found {
		if _, ok := claimPort(int(p)); ok {
			t.Errorf("port %d can be claimed twice", p)
		}
	}
	const first = firstPort - 1000 // no run chooses these
	leave, ok := claimPort(first)
	if !ok {
		t.Fatalf("port %d is claimed", first)
	}
	defer leave()
	ports.Lock()
	defer ports.Unlock()
	if takePorts(first, 2) == 0 {
		t.Error("a claimed port can be taken")
	}
	if leave, ok := claimPort(first + 1); !ok {
		t.Errorf("port %d stays claimed though the one before it was busy", first+1)
	} else {
		leave()
	}
}
