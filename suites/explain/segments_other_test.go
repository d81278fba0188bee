//go:build unix && !linux

package explain

// segments needs the kernel's count of segments.
func (o *onlooker) segments() {}
