package datasource

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

type collected struct {
	status  int
	headers map[string][]string
	pieces  []int
	body    strings.Builder
}

// call asks for a resource as Grafana's backend does.
func call(t *testing.T, d *Datasource, method, path, role, body string) (*collected, error) {
	t.Helper()
	got := &collected{}
	request := &backend.CallResourceRequest{Method: method, Path: path, URL: path, Body: []byte(body)}
	if before, _, found := strings.Cut(path, "?"); found {
		request.Path = before
	}
	if role != "" {
		request.PluginContext.User = &backend.User{Role: role}
	}
	err := d.CallResource(context.Background(), request, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
		if got.status == 0 {
			got.status, got.headers = r.Status, r.Headers
		}
		got.pieces = append(got.pieces, len(r.Body))
		got.body.Write(r.Body)
		return nil
	}))
	return got, err
}

func TestResourcesAreForwarded(t *testing.T) {
	var last *http.Request
	var body string
	server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		text := make([]byte, 100)
		n, _ := r.Body.Read(text)
		last, body = r, string(text[:n])
		answering(200, "application/json", `{"ok":true}`)(w, r)
	})
	d := open(t, server.URL+"/sub", ``)
	for _, c := range []struct{ method, path, at, role string }{
		{"GET", "profile-types?from=1&to=2", "/sub/api/v1/profile-types?from=1&to=2", ""},
		{"GET", "labels/git.commit.sha/values?match=a%26b", "/sub/api/v1/labels/git.commit.sha/values?match=a%26b", "Viewer"},
		{"GET", "suggest?text=../../status", "/sub/api/v1/suggest?text=..%2F..%2Fstatus", "Viewer"},
		{"GET", "profiles/7b1c", "/sub/api/v1/profiles/7b1c", "Viewer"},
		{"GET", "profiles/7b1c/raw", "/sub/api/v1/profiles/7b1c/raw", "Viewer"},
		{"POST", "export", "/sub/api/v1/export", "Viewer"},
		{"DELETE", "profiles?selector=x", "/sub/api/v1/profiles?selector=x", "Admin"},
	} {
		last = nil
		got, err := call(t, d, c.method, c.path, c.role, `{"q":1}`)
		if err != nil || got.status != 200 || got.body.String() != `{"ok":true}` || last == nil {
			t.Errorf("%s %s: %+v, %v", c.method, c.path, got, err)
			continue
		}
		if last.URL.RequestURI() != c.at || last.Method != c.method || last.Header.Get("Authorization") != "Bearer "+token {
			t.Errorf("%s %s went to %s %s", c.method, c.path, last.Method, last.URL.RequestURI())
		}
		if want := map[bool]string{true: `{"q":1}`}[c.method == "POST"]; body != want {
			t.Errorf("%s %s sent %q", c.method, c.path, body)
		}
	}
}

func TestPathsThatLeadElsewhere(t *testing.T) {
	server := stub(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the store was asked for %s", r.URL) })
	d := open(t, server.URL, ``)
	for _, path := range []string{
		"", "/", "query", "metrics", "../metrics", "labels/../../metrics", "labels/../values", "labels/..%2f../values", "labels/%2e%2e/values",
		`labels/..\x/values`, "labels//values", "labels/a/b/values", "http://evil.example/status", "//evil.example/status", "status/", "/status/..",
		"profiles", "profiles/a/raw/b", "profiles/../raw", "labels/a\x00/values", "labels/a\r\nX-Scope-OrgID: b/values", "labels/" + strings.Repeat("a", 2000) + "/values",
		"@evil.example/status", "status%3f", "token/x/api/v1/status",
	} {
		got, err := call(t, d, "GET", path, "Admin", "")
		if err != nil || got.status != 400 && got.status != 404 {
			t.Errorf("%q: %d %s, %v", path, got.status, got.body.String(), err)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "HEAD", "POST", "OPTIONS", "get"} {
		if got, _ := call(t, d, method, "status", "Admin", ""); got.status != 404 {
			t.Errorf("%s: %d", method, got.status)
		}
	}
	for _, role := range []string{"", "None", "Viewer", "Editor"} {
		got, _ := call(t, d, "DELETE", "profiles", role, "")
		if got.status != 403 || !strings.Contains(got.body.String(), "role Admin") {
			t.Errorf("%s may delete: %d", role, got.status)
		}
	}
}

func TestLargeDownloadComesInPieces(t *testing.T) {
	size := 5*chunkBytes + 17
	server := stub(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.google.protobuf")
		w.Header().Set("Content-Disposition", `attachment; filename="profile.pb.gz"`)
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = w.Write([]byte(strings.Repeat("x", size)))
	})
	got, err := call(t, open(t, server.URL, `{"maxResponseBytes":1000}`), "GET", "profiles/1/raw", "Viewer", "")
	if err != nil || got.body.Len() != size || len(got.pieces) != 6 || got.pieces[0] != chunkBytes {
		t.Fatalf("%d bytes in pieces of %v, %v", got.body.Len(), got.pieces, err)
	}
	if got.headers["Content-Disposition"][0] != `attachment; filename="profile.pb.gz"` || got.headers["Content-Type"][0] != "application/vnd.google.protobuf" || len(got.headers) != 2 {
		t.Errorf("headers %v", got.headers)
	}
}

func TestResourceFailures(t *testing.T) {
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		status int
		says   string
	}{
		"not found":   {answering(404, "application/json", `{"error":{"code":"not_found","message":"no profile 7","hint":"Check the id."}}`), 404, "No profile 7. Check the id."},
		"wrong token": {answering(401, "application/json", `{}`), 502, "refused the token"}, // a 401 would end the user's session in the page
		"script":      {answering(200, "text/html", `<script>alert(1)</script>`), 502, "not a Hotspan store"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/in-the-url", http.StatusFound)
		}, 502, "redirects"},
	} {
		got, err := call(t, open(t, stub(t, c.handle).URL, ``), "GET", "status", "Viewer", "")
		if err != nil || got.status != c.status {
			t.Errorf("%s: %d, %v", name, got.status, err)
		}
		wantText(t, got.body.String(), `"message":"`, c.says)
	}
	cut := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "3000000")
		_, _ = w.Write([]byte(strings.Repeat("x", 2_000_000)))
	})
	if _, err := call(t, open(t, cut.URL, ``), "GET", "profiles/1/raw", "Viewer", ""); err == nil {
		t.Error("a cut download looks like a whole one")
	}
	page := stub(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="flame.html"`)
		answering(200, "text/html", `<html>`)(w, nil)
	})
	if got, _ := call(t, open(t, page.URL, ``), "GET", "export?format=html", "Viewer", ""); got.status != 200 {
		t.Errorf("an exported page: %d", got.status)
	}
}
