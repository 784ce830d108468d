package datasource

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	token    = "s3cret-token-value"
	password = "s3cret-password"
)

// open makes an instance as Grafana does; jsonData may be empty.
func open(t *testing.T, url, jsonData string) *Datasource {
	t.Helper()
	instance, err := New(context.Background(), backend.DataSourceInstanceSettings{
		URL: url, Name: "Hotspan", UID: "hotspan", Type: "hotspan-profiling-datasource", JSONData: []byte(jsonData), BasicAuthUser: "alice",
		DecryptedSecureJSONData: map[string]string{"token": token + "\n", "basicAuthPassword": password},
	})
	if err != nil {
		t.Fatal(err)
	}
	return instance.(*Datasource)
}

func stub(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

func answering(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
	for _, secret := range []string{token, password, "in-the-url"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q tells a secret", text)
		}
	}
}

var day = backend.TimeRange{From: time.UnixMilli(1_700_000_000_000), To: time.UnixMilli(1_700_086_400_000)}

func ask(t *testing.T, d *Datasource, headers map[string]string, queries ...backend.DataQuery) backend.Responses {
	t.Helper()
	answer, err := d.QueryData(context.Background(), &backend.QueryDataRequest{Headers: headers, Queries: queries})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := backend.ToProto().QueryDataResponse(backend.DataFrameFormat_ARROW, answer); err != nil {
		t.Fatalf("the answer can't be sent to Grafana: %v", err)
	}
	return answer.Responses
}

func query(refID, text string) backend.DataQuery {
	return backend.DataQuery{RefID: refID, JSON: []byte(text), TimeRange: day, MaxDataPoints: 100, Interval: time.Minute}
}

const frameA = `{"schema":{"name":"response","fields":[{"name":"v","type":"number","typeInfo":{"frame":"int64"}}]},"data":{"values":[[9007199254740993]]}}`

// asked is the body of a request to the store.
type asked struct {
	window
	Queries []map[string]any
}

func TestQueriesOfOneTimeRangeGoTogether(t *testing.T) {
	var bodies []asked
	var header http.Header
	server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		var body asked
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != http.MethodPost || r.URL.Path != "/sub/api/v1/query" {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		bodies, header = append(bodies, body), r.Header
		results := []string{}
		for _, q := range body.Queries {
			results = append(results, `"`+q["refId"].(string)+`":{"status":200,"frames":[`+frameA+`]}`)
		}
		_, _ = w.Write([]byte(`{"results":{` + strings.Join(results, ",") + `}}`))
	})
	other := query("C", `{"queryType":"hotspots"}`)
	other.TimeRange.From = other.TimeRange.From.Add(time.Hour)
	b := query("B", `{"refId":"wrong","queryType":"profile","stackFilter":[{"values":["<init>"]}],"spanSelector":["undefined"]}`)
	b.QueryType = "dimension"
	d := open(t, server.URL+"/sub/", `{"tenant":"shop","defaultProfileType":"cpu-time"}`)
	answers := ask(t, d, nil, query("A", `{"profileType":"wall-time"}`), b, other)

	if len(bodies) != 2 || len(bodies[0].Queries) != 2 || len(bodies[1].Queries) != 1 {
		t.Fatalf("requests: %+v", bodies)
	}
	if want := (window{1_700_000_000_000, 1_700_086_400_000, 100, 60_000}); bodies[0].window != want {
		t.Errorf("window %+v", bodies[0].window)
	}
	first, second := bodies[0].Queries[0], bodies[0].Queries[1]
	if first["profileType"] != "wall-time" || second["refId"] != "B" || second["queryType"] != "dimension" || second["profileType"] != "cpu-time" ||
		second["format"] != nil || second["spanSelector"].([]any)[0] != "undefined" || second["stackFilter"] == nil {
		t.Errorf("queries %v %v", first, second)
	}
	if bodies[1].Queries[0]["profileType"] != nil {
		t.Errorf("of a span the store chooses the type: %v", bodies[1].Queries[0])
	}
	if header.Get("Authorization") != "Bearer "+token || header.Get("X-Scope-OrgID") != "shop" {
		t.Errorf("headers %v", header)
	}
	for _, refID := range []string{"A", "B", "C"} {
		frames := answers[refID].Frames
		if len(frames) != 1 || frames[0].Name != "response" || frames[0].RefID != refID || frames[0].Fields[0].At(0) != int64(9007199254740993) {
			t.Errorf("%s: %+v", refID, answers[refID])
		}
	}
}

func TestFailuresAreReadable(t *testing.T) {
	results := func(a string) string { return `{"results":{"A":` + a + `}}` }
	cases := map[string]struct {
		handle   http.HandlerFunc
		jsonData string
		status   int
		says     []string
	}{
		"wrong token": {answering(401, "application/json", `{"error":{"code":"unauthorized","message":"no token `+token+`","hint":"h"}}`), ``, 401,
			[]string{"refused the token", "datasource settings"}},
		"wrong role": {answering(403, "application/json", `{}`), ``, 403, []string{"refused the token"}},
		"500 with a page": {answering(500, "text/html", `<html>`+strings.Repeat("x", 1<<20)), ``, 502,
			[]string{"failed with status 500"}},
		"a page": {answering(200, "text/html; charset=utf-8", `<html>`), ``, 502, []string{"not a Hotspan store", "4140"}},
		"404":    {answering(404, "text/plain", `404 page not found`), ``, 502, []string{"not a Hotspan store"}},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/token/in-the-url/", http.StatusTemporaryRedirect)
		}, ``, 502, []string{"redirects", "own address"}},
		"error of the whole request": {answering(503, "application/json", `{"error":{"code":"engine_unavailable","message":"the engine starts","hint":"Try again."}}`), ``, 503,
			[]string{"The engine starts. Try again."}},
		"error of one query": {answering(200, "application/json", results(`{"status":400,"frames":[],"error":{"code":"bad_selector","message":"{service= ends early.","hint":"Write {service=\"shop\"}"}}`)), ``, 400,
			[]string{"{service= ends early. Write {service=\"shop\"}."}},
		"error without a status": {answering(200, "application/json", results(`{"error":{"code":"internal","message":"m"}}`)), ``, 500, []string{"M."}},
		"50 MB": {answering(200, "application/json", `{"results":"`+strings.Repeat("x", 50<<20)+`"}`), `{"maxResponseBytes":4194304}`, 422,
			[]string{"larger than 4 MB", "Narrow the time range"}},
		"truncated JSON": {answering(200, "application/json", results(`{"status":200,"frames":[{"schema":`)[:40]), ``, 502, []string{"broke off"}},
		"connection cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(`{"results"`))
		}, ``, 502, []string{"broke off"}},
		"NaN text":        {answering(200, "application/json", results(`{"status":200,"frames":[{"schema":{"fields":[{"name":"v","typeInfo":{"frame":"float64"}}]},"data":{"values":[[NaN]]}}]}`)), ``, 502, []string{"not the JSON"}},
		"query left out":  {answering(200, "application/json", `{"results":{}}`), ``, 502, []string{"left query A out"}},
		"other JSON":      {answering(200, "application/json", `[1]`), ``, 502, []string{"not the JSON"}},
		"slow":            {hang, `{"timeoutSeconds":0.05}`, 504, []string{"did not answer within 50ms", "raise the timeout"}},
		"slow body":       {slowBody, `{"timeoutSeconds":0.05}`, 504, []string{"did not answer within 50ms"}},
		"wrong data type": {answering(200, "application/json", results(`{"status":200,"frames":[{"schema":{"fields":[{"name":"v","typeInfo":{"frame":"bool"}}]},"data":{"values":[[3]]}}]}`)), ``, 500, []string{"can't be decoded", "same version"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := stub(t, c.handle)
			d := open(t, strings.Replace(server.URL, "http://", "http://u:in-the-url@", 1)+"/token/in-the-url", c.jsonData)
			answer := ask(t, d, nil, query("A", `{}`))["A"]
			if answer.Error == nil {
				t.Fatalf("no error: %+v", answer)
			}
			wantText(t, answer.Error.Error(), c.says...)
			if int(answer.Status) != c.status {
				t.Errorf("status %d, not %d", answer.Status, c.status)
			}
			wantSource := backend.ErrorSourceDownstream
			if name == "wrong data type" {
				wantSource = backend.ErrorSourcePlugin
			}
			if answer.ErrorSource != wantSource {
				t.Errorf("source %s", answer.ErrorSource)
			}
		})
	}
}

// hang until the client leaves, which a server notices only once it has read the request.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func slowBody(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(`{"results":`))
	_ = http.NewResponseController(w).Flush()
	hang(w, r)
}

func TestUnreachableStores(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	tls := httptest.NewTLSServer(answering(200, "application/json", `{}`))
	defer tls.Close()
	plain := stub(t, answering(200, "application/json", `{}`))
	for url, says := range map[string]string{
		closed.URL + "/token/in-the-url/":                   "connection refused",
		"http://no-such-host.invalid:4140/token/in-the-url": "host name of http://no-such-host.invalid:4140 is not known",
		tls.URL: "certificate",
		strings.Replace(plain.URL, "http:", "https:", 1): "Write http://",
		"":                      "no valid URL",
		"store:4140":            "no valid URL",
		"http://a b/in-the-url": "no valid URL",
	} {
		d := open(t, url, ``)
		wantText(t, ask(t, d, nil, query("A", `{}`))["A"].Error.Error(), says)
		health, _ := d.CheckHealth(context.Background(), &backend.CheckHealthRequest{})
		wantText(t, health.Message, says)
		if health.Status != backend.HealthStatusError {
			t.Errorf("%s: %v", url, health.Status)
		}
	}
	wantText(t, ask(t, open(t, plain.URL, `{"tenant":7}`), nil, query("A", `{}`))["A"].Error.Error(), "jsonData can't be read")
}

func TestCancelledQuery(t *testing.T) {
	server := stub(t, hang)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	answer, _ := open(t, server.URL, ``).QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{query("A", `{}`)}})
	got := answer.Responses["A"]
	if got.Status != statusCancelled || got.Error.Error() != "The query was cancelled." || !backend.IsDownstreamError(got.Error) {
		t.Errorf("%+v", got)
	}
}

func TestAlertQueries(t *testing.T) {
	var body asked
	var fromAlert string
	server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		body, fromAlert = asked{}, r.Header.Get(backend.FromAlertHeaderName)
		_ = json.NewDecoder(r.Body).Decode(&body)
		_, _ = w.Write([]byte(`{"results":{"A":{"status":200,"frames":[` + frameA + `]}}}`))
	})
	d := open(t, server.URL, ``)
	headers := map[string]string{backend.FromAlertHeaderName: "true"}
	if answer := ask(t, d, headers, query("A", `{"queryType":"dimension","rows":["Foo$Bar.run"]}`))["A"]; answer.Error != nil || body.Queries[0]["format"] != "alert" {
		t.Errorf("%v, %v", answer.Error, body)
	}
	_ = fromAlert // the SDK's own handler passes the header on; see tests/integration
	for text, variable := range map[string]string{
		`{"selector":"{service=\"$service\"}"}`:          "$service",
		`{"selector":"{service=~\"${service:regex}\"}"}`: "${service:regex}",
		`{"stackFilter":[{"values":["$method"]}]}`:       "$method",
		`{"profileType":"$profile_type"}`:                "$profile_type",
		`{"selector":"{service=\"[[service]]\"}"}`:       "[[service]]",
		`{"rows":["[[method:raw]]"]}`:                    "[[method:raw]]",
	} {
		answer := ask(t, d, headers, query("A", text))["A"]
		if answer.Error == nil {
			t.Errorf("%s was let pass", text)
			continue
		}
		wantText(t, answer.Error.Error(), "variable "+variable+".", "write the value")
	}
	for _, text := range []string{
		`{"selector":"{env=~\"^prod$\", v=~\"1$|2\"}"}`, `{"rows":["com.example.Foo$Bar.lambda$main$0"]}`, `{"rows":["Foo$$Lambda$14.run"]}`,
		`{"rows":["$anonfun$main$1","jdk.proxy2.$Proxy12.get","Color.$values"]}`, `{"filter":"price \\$x"}`,
		`{"selector":"{env=~\"[[:alpha:]]+\"}"}`, `{"focus":[["main"]]}`,
	} {
		if answer := ask(t, d, headers, query("A", text))["A"]; answer.Error != nil {
			t.Errorf("%s: %v", text, answer.Error)
		}
	}
	if answer := ask(t, d, nil, query("A", `{"profileType":"$profile_type"}`))["A"]; answer.Error != nil || body.Queries[0]["format"] != nil {
		t.Errorf("outside of alerts the store decides: %v", answer.Error)
	}
	if answer := ask(t, d, nil, query("A", `[]`))["A"]; answer.Error == nil || answer.Status != 400 {
		t.Errorf("%+v", answer)
	}
}

func TestHealth(t *testing.T) {
	status := `{"version":"1.2.3","engine":{"kind":"chdb","ready":true}}`
	types, services := `{"profileTypes":[{"hidden":false},{"hidden":true},{}]}`, `{"values":[{"value":"shop"}]}`
	store := func(status, types, services string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			body, known := map[string]string{"/api/v1/status": status, "/api/v1/profile-types": types, "/api/v1/labels/service/values": services}[r.URL.Path]
			if !known {
				t.Errorf("asked for %s", r.URL)
			}
			if body == "" {
				answering(403, "application/json", `{"error":{"code":"forbidden","message":"role","hint":""}}`)(w, r)
				return
			}
			answering(200, "application/json", body)(w, r)
		}
	}
	cases := map[string]struct {
		handle http.HandlerFunc
		isOK   bool
		says   []string
	}{
		"good":          {store(status, types, services), true, []string{"Hotspan store 1.2.3 (chdb)", "Services in the last 24 hours: 1, profile types: 2."}},
		"empty":         {store(status, `{}`, `{}`), true, []string{"no profiles in the last 24 hours"}},
		"no query role": {store(status, "", services), false, []string{"refused the token (status 403)", "role query"}},
		"wrong token":   {answering(401, "application/json", `{}`), false, []string{"refused the token (status 401)"}},
		"engine starts": {store(`{"version":"1","engine":{"kind":"chdb"}}`, types, services), false, []string{"engine (chdb) is not ready"}},
		"not ready":     {answering(503, "application/json", `{"error":{"code":"engine_unavailable","message":"starting","hint":"Wait."}}`), false, []string{"Starting. Wait."}},
		"other service": {answering(200, "application/json", `{"status":"success"}`), false, []string{"not a Hotspan store"}},
		"a page":        {answering(200, "text/html", `<html>`), false, []string{"not a Hotspan store"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			health, err := open(t, stub(t, c.handle).URL, ``).CheckHealth(context.Background(), &backend.CheckHealthRequest{})
			if err != nil || (health.Status == backend.HealthStatusOk) != c.isOK {
				t.Errorf("%v, %v", health.Status, err)
			}
			wantText(t, health.Message, c.says...)
		})
	}
}
