package temporal

import "testing"

func TestParseSpec(t *testing.T) {
	for _, tt := range []struct{ spec, version, store, err string }{
		{"temporal@v1.30.4", "v1.30.4", "", ""},
		{"temporal@1.30.4", "v1.30.4", "", ""},
		{"temporal@v1.30.4/temporal", "v1.30.4", "temporal", ""},
		{"temporal@1.30.4/visibility", "v1.30.4", "visibility", ""},
		{"temporal@v1.31.0-151.2", "v1.31.0-151.2", "", ""},
		{"schema/postgresql", "", "", `"schema/postgresql" names no release of Temporal: write it like temporal@v1.30.4 or temporal@v1.30.4/visibility`},
		{"temporal@", "", "", `"temporal@": "" is no release: write all three numbers, like temporal@v1.30.4`},
		{"temporal@v1.30", "", "", `"temporal@v1.30": "v1.30" is no release: write all three numbers, like temporal@v1.30.4`},
		{"temporal@latest", "", "", `"temporal@latest": "latest" is no release: write all three numbers, like temporal@v1.30.4`},
		{"temporal@v1.30.4.1", "", "", `"temporal@v1.30.4.1": "v1.30.4.1" is no release: write all three numbers, like temporal@v1.30.4`},
		{"temporal@v1.30.4/", "", "", `"temporal@v1.30.4/": there is no store "": write temporal@v1.30.4 for both, or temporal@v1.30.4/temporal or temporal@v1.30.4/visibility for one`},
		{"temporal@v1.30.4/v12", "", "", `"temporal@v1.30.4/v12": there is no store "v12": write temporal@v1.30.4 for both, or temporal@v1.30.4/temporal or temporal@v1.30.4/visibility for one`},
	} {
		version, store, err := ParseSpec(tt.spec)
		msg := ""
		if err != nil {
			msg = err.Error()
		}
		if msg != tt.err || err == nil && (version != tt.version || store != tt.store) {
			t.Errorf("%s: %q, %q, error %q; want %q, %q, error %q", tt.spec, version, store, msg, tt.version, tt.store, tt.err)
		}
	}
}
