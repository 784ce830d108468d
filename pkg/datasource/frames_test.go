package datasource

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/dataplane/sdata/numeric"
	"github.com/grafana/dataplane/sdata/timeseries"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

func frame(fields, values string) []json.RawMessage {
	return []json.RawMessage{[]byte(`{"schema":{"fields":[` + fields + `]},"data":{"values":[` + values + `]}}`)}
}

func TestWrongFramesAreErrors(t *testing.T) {
	enum := `{"name":"label","type":"enum","typeInfo":{"frame":"enum"},"config":{"type":{"enum":{"text":["a","b"]}}}}`
	number := `{"name":"v","type":"number","typeInfo":{"frame":"int64"}}`
	for name, c := range map[string]struct {
		texts []json.RawMessage
		says  string
	}{
		"enum out of range":       {frame(enum, `[0,2]`), `"label" has entry 2 of 2 texts`},
		"enum beyond 16 bits":     {frame(number+","+enum, `[1],[70000]`), ""},
		"enum without texts":      {frame(`{"name":"label","typeInfo":{"frame":"enum"}}`, `[0]`), "entry 0 of 0"},
		"negative enum":           {frame(number+","+enum, `[1],[-1]`), ""},
		"unequal columns":         {frame(number+","+number, `[1,2],[1]`), ""},
		"more columns than named": {frame(number, `[1],[2]`), "more value arrays"},
		"fewer columns":           {frame(number+","+number, `[1]`), ""},
		"no type":                 {frame(`{"name":"v","type":"number"}`, `[1]`), "no type"},
		"unknown type":            {frame(`{"name":"v","typeInfo":{"frame":"int65"}}`, `[1]`), ""},
		"data before schema":      {[]json.RawMessage{[]byte(`{"data":{"values":[[1]]},"schema":{"fields":[` + number + `]}}`)}, ""},
		"bool from number":        {frame(`{"name":"v","typeInfo":{"frame":"bool"}}`, `[3]`), "decoder stopped"},
		"time from text":          {frame(`{"name":"v","typeInfo":{"frame":"time"}}`, `["now"]`), ""},
		"text in numbers":         {frame(number, `["x"]`), ""},
		"a frame that is a list":  {[]json.RawMessage{[]byte(`[]`)}, ""},
		"entities beyond":         {[]json.RawMessage{[]byte(`{"schema":{"fields":[` + number + `]},"data":{"values":[[1]],"entities":[{"NaN":[5]}]}}`)}, ""},
	} {
		frames, err := decodeFrames(c.texts, "A")
		if err == nil || !strings.Contains(err.Error(), c.says) || frames != nil {
			t.Errorf("%s: %v, %v", name, frames, err)
		}
	}
}

func TestSpecialNumbers(t *testing.T) {
	frames, err := decodeFrames([]json.RawMessage{[]byte(`{"schema":{"fields":[{"name":"v","typeInfo":{"frame":"float64","nullable":true}}]},
		"data":{"values":[[null,1.5,null,-3]],"entities":[{"NaN":[0],"Inf":[2]}]}}`)}, "A")
	if err != nil || frames[0].Fields[0].Len() != 4 {
		t.Fatal(err)
	}
	if number, ok := frames[0].Fields[0].ConcreteAt(3); !ok || number != -3.0 {
		t.Errorf("%v", number)
	}
	if empty, err := decodeFrames(nil, "A"); err != nil || len(empty) != 0 {
		t.Errorf("%v, %v", empty, err)
	}
}

const goldenFolder = "../../tests/fixtures/frames"

// Every file in tests/fixtures/frames is an answer of the store, frames as in `QueryResult`: the SDK decodes it, Arrow keeps
// it, and where its name begins with `alert`, Grafana's own data-plane reader takes it.
func TestGoldenFrames(t *testing.T) {
	if _, err := os.Stat(goldenFolder); os.IsNotExist(err) {
		t.Skip("tests/fixtures/frames is not there")
	}
	files, _ := filepath.Glob(goldenFolder + "/*.json")
	if len(files) == 0 {
		t.Fatal("tests/fixtures/frames holds no golden frames: the store's query tests write them")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			frames, err := decodeFrames(readFrames(t, file), "A")
			if err != nil {
				t.Fatal(err)
			}
			checkArrow(t, frames)
			if strings.HasPrefix(filepath.Base(file), "alert") {
				checkDataPlane(t, frames)
			}
		})
	}
}

// readFrames takes a frame, a list of frames, or an object with `frames`.
func readFrames(t *testing.T, file string) []json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		return list
	}
	var result struct{ Frames []json.RawMessage }
	if err := json.Unmarshal(text, &result); err != nil {
		t.Fatal(err)
	}
	if result.Frames != nil {
		return result.Frames
	}
	return []json.RawMessage{text}
}

func checkArrow(t *testing.T, frames data.Frames) {
	t.Helper()
	texts, err := frames.MarshalArrow()
	if err != nil {
		t.Fatal(err)
	}
	back, err := data.UnmarshalArrowFrames(texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, frame := range frames {
		before, _ := data.FrameToJSON(frame, data.IncludeAll)
		after, _ := data.FrameToJSON(back[i], data.IncludeAll)
		if string(before) != string(after) {
			t.Errorf("frame %d changed on its way through Arrow:\n%.600s\n%.600s", i, before, after)
		}
	}
}

func checkDataPlane(t *testing.T, frames data.Frames) {
	t.Helper()
	if len(frames) == 0 || frames[0].Meta == nil {
		t.Fatal("no frame, or no meta.type")
	}
	if frames[0].Meta.TypeVersion != (data.FrameTypeVersion{0, 1}) {
		t.Errorf("type version %v", frames[0].Meta.TypeVersion)
	}
	var err error
	count := 0
	switch frames[0].Meta.Type {
	case data.FrameTypeNumericLong:
		var reader numeric.CollectionReader
		if reader, err = numeric.CollectionReaderFromFrames(frames); err == nil {
			var collection numeric.Collection
			collection, err = reader.GetCollection(false) // with true this reader panics: not implemented
			count = len(collection.Refs)
			for _, row := range collection.Refs {
				if _, _, rowErr := row.NullableFloat64Value(); rowErr != nil {
					err = rowErr
				}
			}
			wantOneNumber(t, frames)
		}
	case data.FrameTypeTimeSeriesMulti:
		var reader timeseries.CollectionReader
		if reader, err = timeseries.CollectionReaderFromFrames(frames); err == nil {
			var collection timeseries.Collection
			collection, err = reader.GetCollection(true)
			count = len(collection.Refs)
		}
	default:
		t.Errorf("%q is no type of alert frames", frames[0].Meta.Type)
	}
	if err != nil || count == 0 || count > 100 {
		t.Errorf("%d values, %v", count, err)
	}
}

func wantOneNumber(t *testing.T, frames data.Frames) {
	t.Helper()
	numbers := 0
	for _, field := range frames[0].Fields {
		if field.Type().Numeric() {
			numbers++
		}
	}
	if numbers != 1 || len(frames) != 1 {
		t.Errorf("%d number columns in %d frames", numbers, len(frames))
	}
}
