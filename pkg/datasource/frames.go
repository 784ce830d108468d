package datasource

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// storeResult is `QueryResult` of src/api/query.ts.
type storeResult struct {
	Status int
	Frames []json.RawMessage
	Error  *storeError
}

func (r storeResult) response(refID string, ok bool) backend.DataResponse {
	if !ok {
		return downstream(backend.StatusBadGateway, "bad_answer", "The store left query %s out of its answer.", refID).response()
	}
	if r.Error != nil {
		status := r.Status
		if status < 400 {
			status = int(backend.StatusInternal)
		}
		return r.Error.fault(status).response()
	}
	frames, err := decodeFrames(r.Frames, refID)
	if err != nil {
		f := downstream(backend.StatusInternal, "bad_frame",
			"The store's answer to query %s can't be decoded (%v). Store and plugin should be of the same version.", refID, err)
		f.source = backend.ErrorSourcePlugin
		return f.response()
	}
	return backend.DataResponse{Status: backend.StatusOK, Frames: frames}
}

// decodeFrames uses the SDK's own reader, which panics on some wrong frames.
func decodeFrames(texts []json.RawMessage, refID string) (frames data.Frames, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			frames, err = nil, fmt.Errorf("the decoder stopped: %v", reason)
		}
	}()
	for _, text := range texts {
		frame := &data.Frame{}
		if err := json.Unmarshal(text, frame); err != nil {
			return nil, err
		}
		if err := check(frame); err != nil {
			return nil, err
		}
		frame.RefID = refID
		frames = append(frames, frame)
	}
	return frames, nil
}

// check finds what the decoder lets pass and what would fail later, in Grafana or in the browser.
func check(frame *data.Frame) error {
	rows, err := frame.RowLen()
	if err != nil {
		return err
	}
	for _, field := range frame.Fields {
		if field.Type() != data.FieldTypeEnum && field.Type() != data.FieldTypeNullableEnum {
			continue
		}
		texts := 0
		if field.Config != nil && field.Config.TypeConfig != nil && field.Config.TypeConfig.Enum != nil {
			texts = len(field.Config.TypeConfig.Enum.Text)
		}
		for row := range rows {
			if index, ok := field.ConcreteAt(row); ok && int(index.(data.EnumItemIndex)) >= texts {
				return fmt.Errorf("field %q has entry %d of %d texts", field.Name, index, texts)
			}
		}
	}
	return nil
}
