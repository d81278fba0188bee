// Package nearest finds the word that was meant, for messages that propose one.
package nearest

import "github.com/agnivade/levenshtein"

// To gives the candidate that differs from word by the fewest edits, the first
// of several, or "" where none is near enough to be meant.
func To(word string, candidates []string) string {
	best, bestDistance := "", 1+len(word)/3
	for _, candidate := range candidates {
		if d := levenshtein.ComputeDistance(word, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}
