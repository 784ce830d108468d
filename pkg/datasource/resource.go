package datasource

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

const (
	chunkBytes       = 1 << 20
	maxSegmentLength = 1024
)

// route of the store that the browser may ask through Grafana. `*` stands for one segment. Grafana lets a Viewer, also
// an anonymous one, call every resource with every method, so the least role is checked here.
type route struct {
	method, path string
	role         string // empty = everybody who may query
}

var routes = []route{
	{http.MethodGet, "profile-types", ""},
	{http.MethodGet, "labels", ""},
	{http.MethodGet, "labels/*/values", ""},
	{http.MethodGet, "dimensions", ""},
	{http.MethodGet, "suggest", ""},
	{http.MethodGet, "profiles/*", ""},
	{http.MethodGet, "profiles/*/raw", ""},
	{http.MethodGet, "status", ""},
	{http.MethodGet, "export", ""},
	{http.MethodPost, "export", ""},
	{http.MethodDelete, "profiles", "Admin"},
}

// CallResource streams the answer of an allowed route of the store.
func (d *Datasource) CallResource(ctx context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	segments, f := allow(req)
	if f != nil {
		return sender.Send(f.resource())
	}
	_, queryText, _ := strings.Cut(req.URL, "?")
	query, _ := url.ParseQuery(queryText) // what can't be read is left out
	var body io.Reader
	if len(req.Body) > 0 && req.Method == http.MethodPost {
		body = bytes.NewReader(req.Body)
	}
	res, f := d.send(ctx, req.Method, segments, query, body)
	if f != nil {
		return sender.Send(f.resource())
	}
	defer func() { _ = res.Body.Close() }()
	return relay(res, sender)
}

// allow finds the route; its segments go to the store one by one, so a path can't lead anywhere else.
func allow(req *backend.CallResourceRequest) ([]string, *fault) {
	segments := strings.Split(strings.TrimPrefix(req.Path, "/"), "/")
	if slices.ContainsFunc(segments, isTricky) {
		return nil, downstream(backend.StatusBadRequest, "bad_request", "The path of the request is not allowed.")
	}
	for _, r := range routes {
		if r.method == req.Method && matches(r.path, segments) {
			return segments, checkRole(r.role, req.PluginContext.User)
		}
	}
	return nil, downstream(backend.StatusNotFound, "not_found", "The datasource has no such resource for %s.", req.Method)
}

// isTricky segments could be read as something else by a proxy or the store: dots, encoded or turned slashes, control characters.
func isTricky(segment string) bool {
	return segment == "" || segment == "." || segment == ".." || len(segment) > maxSegmentLength ||
		strings.ContainsAny(segment, `%\`) || strings.ContainsFunc(segment, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\uFFFD' })
}

func matches(pattern string, segments []string) bool {
	parts := strings.Split(pattern, "/")
	return slices.EqualFunc(parts, segments, func(part, segment string) bool { return part == "*" || part == segment })
}

func checkRole(role string, user *backend.User) *fault {
	if role == "" || user != nil && user.Role == role {
		return nil
	}
	return downstream(backend.StatusForbidden, "forbidden", "This needs the role %s in Grafana.", role)
}

// resource is the fault as answer to the browser. The store's 401 and 403 are about the datasource's token: passed on as they
// are, Grafana's page would think that its own session has ended.
func (f *fault) resource() *backend.CallResourceResponse {
	status := int(f.status)
	if f.code == "unauthorized" {
		status = http.StatusBadGateway
	}
	body, _ := json.Marshal(map[string]any{
		"message": f.text,
		"error":   map[string]string{"code": f.code, "message": f.text, "hint": ""},
	})
	return &backend.CallResourceResponse{Status: status, Headers: map[string][]string{"Content-Type": {"application/json"}}, Body: body}
}

// relay passes the answer on as it comes; status and headers count in the first piece only.
func relay(res *http.Response, sender backend.CallResourceResponseSender) error {
	headers := map[string][]string{"Content-Type": {"application/octet-stream"}}
	for _, name := range []string{"Content-Type", "Content-Disposition"} {
		if value := res.Header.Get(name); value != "" {
			headers[name] = []string{value}
		}
	}
	for {
		piece := bytes.Buffer{}
		_, err := io.CopyN(&piece, res.Body, chunkBytes)
		if err != nil && err != io.EOF {
			return errors.New("the store's answer broke off") // cuts ours too, so that the browser notices
		}
		sendErr := sender.Send(&backend.CallResourceResponse{Status: res.StatusCode, Headers: headers, Body: piece.Bytes()})
		if sendErr != nil || err == io.EOF {
			return sendErr
		}
		headers = nil
	}
}
