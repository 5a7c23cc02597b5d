// Command configschema writes the JSON schema of .pg2crdb.yaml. It is run by go
// generate in package rules, since the schema names the rules.
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"

	"github.com/pg2crdb/pg2crdb/lint/config"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: configschema FILE")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(config.Schema()); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
