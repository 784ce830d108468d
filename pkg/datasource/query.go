package datasource

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// window is what the queries of one request to the store share. Times are epoch milliseconds.
type window struct {
	From          int64 `json:"from"`
	To            int64 `json:"to"`
	MaxDataPoints int64 `json:"maxDataPoints,omitempty"`
	IntervalMS    int64 `json:"intervalMs,omitempty"`
}

// fields of a query's JSON; only those that Grafana keeps outside of it, or that alerts need, are set here.
type fields map[string]json.RawMessage

// QueryData sends the queries of one time range together; each has its own answer or error.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	answers := backend.NewQueryDataResponse()
	forAlert := req.Headers[backend.FromAlertHeaderName] == "true"
	groups := map[window][]fields{}
	order := []window{}
	for _, q := range req.Queries {
		query, f := d.readQuery(q, forAlert)
		if f != nil {
			answers.Responses[q.RefID] = f.response()
			continue
		}
		w := window{q.TimeRange.From.UnixMilli(), q.TimeRange.To.UnixMilli(), q.MaxDataPoints, q.Interval.Milliseconds()}
		if groups[w] == nil {
			order = append(order, w)
		}
		groups[w] = append(groups[w], query)
	}
	for _, w := range order {
		d.ask(ctx, w, groups[w], answers.Responses)
	}
	return answers, nil
}

// ask sends one request and puts what came into responses.
func (d *Datasource) ask(ctx context.Context, w window, queries []fields, responses backend.Responses) {
	var answer struct{ Results map[string]storeResult }
	body, _ := json.Marshal(struct { // numbers and JSON that was read before
		window
		Queries []fields `json:"queries"`
	}{w, queries})
	f := d.sendForJSON(ctx, http.MethodPost, []string{"query"}, nil, bytes.NewReader(body), &answer)
	for _, query := range queries {
		var refID string
		_ = json.Unmarshal(query["refId"], &refID) // written by readQuery
		if f != nil {
			responses[refID] = f.response()
			continue
		}
		result, ok := answer.Results[refID]
		responses[refID] = result.response(refID, ok)
	}
}

// readQuery gives the query's JSON as it is, with the fields that Grafana keeps beside it.
func (d *Datasource) readQuery(q backend.DataQuery, forAlert bool) (fields, *fault) {
	query := fields{}
	if err := json.Unmarshal(q.JSON, &query); err != nil {
		return nil, downstream(backend.StatusBadRequest, "bad_query", "Query %s is not a JSON object.", q.RefID)
	}
	query["refId"] = quoted(q.RefID)
	if q.QueryType != "" {
		query["queryType"] = quoted(q.QueryType)
	}
	// Of a span the store takes the time that passed, where nobody names a type.
	needsType := string(query["queryType"]) != `"hotspots"` && isUnset(query["profileType"]) && isUnset(query["profileTypeId"])
	if d.unusable == nil && d.settings.DefaultProfileType != "" && needsType {
		query["profileType"] = quoted(d.settings.DefaultProfileType)
	}
	if !forAlert {
		return query, nil
	}
	if variable := leftVariable(q.JSON); variable != "" {
		return nil, downstream(backend.StatusBadRequest, "bad_query",
			"The alert query %s still has the variable %s. Alert rules know no dashboard variables: write the value itself.", q.RefID, variable)
	}
	query["format"] = quoted("alert")
	return query, nil
}

func isUnset(text json.RawMessage) bool {
	return len(text) == 0 || string(text) == `""` || string(text) == "null"
}

func quoted(text string) json.RawMessage {
	out, _ := json.Marshal(text)
	return out
}

// A variable is `${x}`, `$x` or `[[x]]`, looked for in the query's JSON text. Method names are full of dollars (`Foo$Bar.run`,
// `Foo$$Lambda$14`, `$anonfun$1`) and regular expressions end with one, so `$x` must stand by itself.
var variablePattern = regexp.MustCompile(`\$\{\w[^}]*\}|\[\[[A-Za-z_]\w*(?:[.:]\w+)*\]\]|[^\w$.\\](\$[A-Za-z_]\w*)[^\w$]`)

func leftVariable(query []byte) string {
	match := variablePattern.FindSubmatch(query)
	if match == nil {
		return ""
	}
	return cmp.Or(string(match[1]), string(match[0]))
}
