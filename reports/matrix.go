package reports

// The paper's matrix: three kinds of server certificate by six situations.
// The ids are the record's contract; the words are what people read.
var (
	matrixRows = []axis{
		{"custom-ca", "Custom CA"},
		{"self-signed", "Self-signed"},
		{"public-ca", "Public CA"},
	}
	matrixColumns = []axis{
		{"sound", "Sound"},
		{"expired", "Expired"},
		{"wrong-name", "Wrong name"},
		{"bad-signature", "Bad signature"},
		{"broken-chain", "Broken chain"},
		{"root-missing", "Root missing"},
	}
)

// axis is a row or a column of the matrix: part of an id, and its words.
type axis struct{ Key, Words string }

// matrixRow is one kind of certificate with its six cells.
type matrixRow struct {
	Words string
	Cells []matrixCell
}

// matrixCell is one case of the matrix; its result is nil when it was not run.
type matrixCell struct {
	ID     string
	Result *Result
}

// matrix finds the cells among the results. It always has 3 × 6 of them.
func matrix(results []Result) []matrixRow {
	byID := make(map[string]*Result, len(results))
	for i := range results {
		byID[results[i].ID] = &results[i]
	}
	rows := make([]matrixRow, 0, len(matrixRows))
	for _, kind := range matrixRows {
		row := matrixRow{Words: kind.Words}
		for _, situation := range matrixColumns {
			id := "paper." + kind.Key + "." + situation.Key
			row.Cells = append(row.Cells, matrixCell{ID: id, Result: byID[id]})
		}
		rows = append(rows, row)
	}
	return rows
}

// anyOf says whether at least one cell was run.
func anyOf(rows []matrixRow) bool {
	for _, row := range rows {
		for _, cell := range row.Cells {
			if cell.Result != nil {
				return true
			}
		}
	}
	return false
}
