// Package suites is where the rooms meet. It holds nothing but the tests of them
// all together:
//
//   - catalogue: what a case is
//   - cases: the tables of cases
//   - seen: what a client did, in the judge's words
//   - judge: from what was seen to a status
//   - run: from a case to its result
//   - explain: a case in words
//   - specs: a Ginkgo spec a case
package suites
