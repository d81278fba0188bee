package reports

// Summarise counts results by status. Controls, which ran only as twins, are
// not counted; a waived result counts as waived and not under its status.
// Unknown statuses are not counted.
func Summarise(results []Result) Summary {
	var s Summary
	for i := range results {
		r := &results[i]
		if r.Control {
			continue
		}
		if r.Waived {
			s.Waived++
			continue
		}
		switch r.Status {
		case Pass:
			s.Pass++
		case Warn:
			s.Warn++
		case Fail:
			s.Fail++
		case Info:
			s.Info++
		case Skip:
			s.Skip++
		case Inconclusive:
			s.Inconclusive++
		}
	}
	return s
}

// Total is the number of results counted.
func (s Summary) Total() int {
	return s.Pass + s.Warn + s.Fail + s.Info + s.Skip + s.Inconclusive + s.Waived
}

// Count gives the number of results of one status, waived ones left out; 0
// for an unknown status.
func (s Summary) Count(status Status) int {
	switch status {
	case Pass:
		return s.Pass
	case Warn:
		return s.Warn
	case Fail:
		return s.Fail
	case Info:
		return s.Info
	case Skip:
		return s.Skip
	case Inconclusive:
		return s.Inconclusive
	}
	return 0
}

// part is one number of a summary with its word.
type part struct {
	Status Status // "waived" for the waived ones
	Count  int
}

// parts lists the counts that are not zero, the statuses that need action first.
func (s Summary) parts() []part {
	var list []part
	for _, status := range statusOrder {
		if n := s.Count(status); n > 0 {
			list = append(list, part{status, n})
		}
	}
	if s.Waived > 0 {
		list = append(list, part{"waived", s.Waived})
	}
	return list
}
