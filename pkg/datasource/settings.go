// Package datasource is the backend of the Hotspan datasource: it forwards queries to the profile store, decodes the
// frames that the store answers, and keeps token, limits and roles out of the browser's reach. It knows no profiles.
package datasource

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/httpclient"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
)

const (
	defaultTimeoutSeconds   = 30
	defaultMaxResponseBytes = 64 << 20
)

// settings as the config editor stores them. The keys of jsonData can be read by every viewer; the token can't.
type settings struct {
	TimeoutSeconds     float64 `json:"timeoutSeconds"`
	MaxResponseBytes   int64   `json:"maxResponseBytes"`
	Tenant             string  `json:"tenant"`
	DefaultProfileType string  `json:"defaultProfileType"`
	OAuthPassThru      bool    `json:"oauthPassThru"`

	base    *url.URL
	token   string
	timeout time.Duration
}

// host names the store in messages: without user, path and query, where credentials could be.
func (s *settings) host() string { return s.base.Scheme + "://" + s.base.Host }

func readSettings(instance backend.DataSourceInstanceSettings) (*settings, error) {
	s := &settings{}
	if err := json.Unmarshal(instance.JSONData, s); err != nil {
		return nil, fmt.Errorf("the datasource's jsonData can't be read: %w", err)
	}
	base, err := url.Parse(strings.TrimSpace(instance.URL))
	isWeb := err == nil && (base.Scheme == "http" || base.Scheme == "https") && base.Host != ""
	if !isWeb { // the text itself may hold a credential
		return nil, fmt.Errorf("the datasource has no valid URL: enter the store's address, like http://127.0.0.1:4140")
	}
	s.base = &url.URL{Scheme: base.Scheme, User: base.User, Host: base.Host, Path: strings.TrimRight(base.Path, "/")}
	s.token = strings.TrimSpace(instance.DecryptedSecureJSONData["token"])
	s.timeout = time.Duration(cmp.Or(max(0, s.TimeoutSeconds), defaultTimeoutSeconds) * float64(time.Second))
	s.MaxResponseBytes = cmp.Or(max(0, s.MaxResponseBytes), defaultMaxResponseBytes)
	return s, nil
}

// Datasource is one configured datasource; Grafana makes a new one when its settings change.
type Datasource struct {
	settings *settings
	client   *http.Client
	// unusable says what is wrong with the settings; the instance exists nevertheless, so that users read the reason.
	unusable *fault
}

// New makes the instance for a datasource's settings.
func New(ctx context.Context, instance backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	if len(instance.JSONData) == 0 {
		instance.JSONData = []byte("{}")
	}
	s, err := readSettings(instance)
	var client *http.Client
	if err == nil {
		client, err = newClient(ctx, instance, s)
	}
	if err != nil {
		return &Datasource{unusable: badSettings(err)}, nil
	}
	return &Datasource{settings: s, client: client}, nil
}

// newClient has the SDK's TLS, basic auth, custom header and proxy options. It follows no redirect: a redirected request
// would carry the token to another address.
func newClient(ctx context.Context, instance backend.DataSourceInstanceSettings, s *settings) (*http.Client, error) {
	opts, err := instance.HTTPClientOptions(ctx)
	if err != nil {
		return nil, err
	}
	opts.Timeouts.Timeout = s.timeout
	opts.ForwardHTTPHeaders = s.OAuthPassThru
	if opts.Header == nil {
		opts.Header = http.Header{}
	}
	if s.token != "" {
		opts.Header.Set("Authorization", "Bearer "+s.token)
	}
	if s.Tenant != "" {
		opts.Header.Set("X-Scope-OrgID", s.Tenant)
	}
	client, err := httpclient.New(opts)
	if err != nil {
		return nil, err
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client, nil
}

// Dispose is called by the SDK when the settings have changed.
func (d *Datasource) Dispose() {
	if d.client != nil {
		d.client.CloseIdleConnections()
	}
}
