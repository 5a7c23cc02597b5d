package temporal

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// SpecPrefix begins the name of a release in place of a directory.
const SpecPrefix = "temporal@"

// ParseSpec reads the name of a release: "temporal@v1.30.4", or with the store
// that is meant, "temporal@1.30.4/visibility". The version comes back with a v
// in front, the store as "temporal", "visibility" or, for both, "".
func ParseSpec(spec string) (version, store string, err error) {
	rest, ok := strings.CutPrefix(spec, SpecPrefix)
	if !ok {
		return "", "", fmt.Errorf("%q names no release of Temporal: write it like temporal@v1.30.4 or temporal@v1.30.4/visibility", spec)
	}
	version, store, slash := strings.Cut(rest, "/")
	switch {
	case slash && store != "temporal" && store != "visibility":
		return "", "", fmt.Errorf("%q: there is no store %q: write %s%s for both, or %[3]s%[4]s/temporal or %[3]s%[4]s/visibility for one", spec, store, SpecPrefix, version)
	case !isRelease(version):
		return "", "", fmt.Errorf("%q: %q is no release: write all three numbers, like temporal@v1.30.4", spec, version)
	}
	return "v" + strings.TrimPrefix(version, "v"), store, nil
}

// isRelease reports whether s is a full version, with or without a v.
func isRelease(s string) bool {
	_, err := semver.StrictNewVersion(strings.TrimPrefix(s, "v"))
	return err == nil
}
