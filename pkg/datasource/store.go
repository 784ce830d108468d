package datasource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// send asks a route below /api/v1/ of the store. The segments are escaped, so they can't leave it. The caller closes
// the body of the answer, which is a good one.
func (d *Datasource) send(ctx context.Context, method string, segments []string, query url.Values, body io.Reader) (*http.Response, *fault) {
	if d.unusable != nil {
		return nil, d.unusable
	}
	path := ""
	for _, segment := range segments {
		path += "/" + url.PathEscape(segment)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.settings.base.String()+"/api/v1"+path, body)
	if err != nil {
		return nil, badSettings(err)
	}
	req.URL.RawQuery = query.Encode()
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := d.client.Do(req)
	if err != nil {
		return nil, d.transportFault(err)
	}
	if f := d.answerFault(res); f != nil {
		_ = res.Body.Close()
		return nil, f
	}
	return res, nil
}

// sendForJSON reads the whole answer, at most maxResponseBytes of it, into a value.
func (d *Datasource) sendForJSON(ctx context.Context, method string, segments []string, query url.Values, body io.Reader, value any) *fault {
	res, f := d.send(ctx, method, segments, query, body)
	if f != nil {
		return f
	}
	defer func() { _ = res.Body.Close() }()
	limit := d.settings.MaxResponseBytes
	text, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return d.transportFault(err)
	case int64(len(text)) > limit:
		return downstream(http.StatusUnprocessableEntity, "answer_too_large",
			"The answer is larger than %d MB. Narrow the time range, add a selector, or ask for fewer nodes or rows.", max(1, limit>>20))
	case json.Unmarshal(text, value) != nil:
		return downstream(backend.StatusBadGateway, "bad_answer",
			"The answer of %s is not the JSON of a Hotspan store, or it broke off. Check the URL in the datasource settings and the store's log.", d.settings.host())
	}
	return nil
}

const (
	statusCancelled = 499
	maxErrorBytes   = 64 << 10
)

// fault is an error as a user reads it: what happened and what to do. It never holds a secret.
type fault struct {
	status backend.Status
	source backend.ErrorSource
	code   string // of the store's error table where it is the store's
	text   string
	cause  error // for errors.Is, never shown
}

func (f *fault) Error() string { return f.text }
func (f *fault) Unwrap() error { return f.cause }

// response of a query that failed.
func (f *fault) response() backend.DataResponse {
	return backend.DataResponse{Error: f, Status: f.status, ErrorSource: f.source}
}

func downstream(status backend.Status, code, format string, args ...any) *fault {
	return &fault{status: status, source: backend.ErrorSourceDownstream, code: code, text: fmt.Sprintf(format, args...)}
}

func badSettings(err error) *fault {
	return downstream(backend.StatusBadRequest, "bad_settings", "%s.", sentence(err.Error()))
}

// sentence starts with a capital and has no full stop.
func sentence(text string) string {
	text = strings.TrimRight(strings.TrimSpace(text), ".")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// unreachable says what is wrong by a part of the error's text.
var unreachable = []struct{ part, says string }{
	{"no such host", "The host name of HOST is not known. Correct the URL in the datasource settings."},
	{"connection refused", "Nothing answers at HOST (connection refused). Start the store, or correct the URL in the datasource settings."},
	{"HTTP response to HTTPS client", "The store at HOST speaks plain HTTP. Write http:// in the URL of the datasource settings."},
	{"x509:", "The TLS certificate of HOST is not trusted (REASON). Add its CA in the datasource settings."},
	{"EOF", "The answer of the store at HOST broke off. Look into the store's log."},
	{"", "The store at HOST can't be reached (REASON). Check that it runs and that the URL is right."},
}

// transportFault says why no answer, or no whole answer, came.
func (d *Datasource) transportFault(err error) *fault {
	var timeout net.Error
	if errors.Is(err, context.Canceled) {
		return &fault{statusCancelled, backend.ErrorSourceDownstream, "cancelled", "The query was cancelled.", context.Canceled}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return downstream(backend.StatusTimeout, "query_timeout",
			"The store at %s did not answer within %v. Narrow the time range, or raise the timeout in the datasource settings.",
			d.settings.host(), d.settings.timeout)
	}
	var inURL *url.Error
	if errors.As(err, &inURL) { // its own text has the whole URL
		err = inURL.Err
	}
	known := slices.IndexFunc(unreachable, func(u struct{ part, says string }) bool { return strings.Contains(err.Error(), u.part) })
	text := strings.NewReplacer("HOST", d.settings.host(), "REASON", err.Error()).Replace(unreachable[known].says)
	return downstream(backend.StatusBadGateway, "unreachable", "%s", text)
}

// answerFault says what an answer means that is not the wanted one, nil for a good one. It reads the body of bad ones.
func (d *Datasource) answerFault(res *http.Response) *fault {
	host, code := d.settings.host(), res.StatusCode
	mediaType, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	isPage := mediaType == "text/html" && res.Header.Get("Content-Disposition") == ""
	if code >= 200 && code < 300 && !isPage {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBytes))
	var said struct{ Error storeError }
	isOurs := json.Unmarshal(body, &said) == nil && said.Error.Message != ""
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return downstream(backend.Status(code), "unauthorized",
			"The store at %s refused the token (status %d). Enter a token with the role query, and its tenant, in the datasource settings.", host, code)
	case isOurs:
		return said.Error.fault(code)
	case code >= 300 && code < 400:
		return downstream(backend.StatusBadGateway, "redirected",
			"%s redirects to another address (status %d). Enter the store's own address as URL in the datasource settings.", host, code)
	case isPage && code < 500, code == http.StatusNotFound:
		return downstream(backend.StatusBadGateway, "not_a_store",
			"%s is not a Hotspan store (status %d). Correct the URL in the datasource settings; the store listens on port 4140.", host, code)
	}
	return downstream(backend.StatusBadGateway, "bad_answer", "The store at %s, or a proxy before it, failed with status %d. Check its log.", host, code)
}

// storeError is `ApiError` of src/api/query.ts.
type storeError struct{ Code, Message, Hint string }

func (e storeError) fault(status int) *fault {
	text := sentence(e.Message) + "."
	if hint := sentence(e.Hint); hint != "" {
		text += " " + hint + "."
	}
	return downstream(backend.Status(status), e.Code, "%s", text)
}
