package synth

import "strings"

var (
	owners = []string{"customer", "account", "vendor", "warehouse", "project", "ticket", "device", "campaign",
		"employee", "contract", "shipment", "payment", "catalog", "session", "tenant", "budget"}
	things = []string{"order", "invoice", "address", "event", "setting", "message", "document", "label",
		"price", "review", "task", "attempt", "limit", "note", "member", "snapshot", "export", "token"}
	attributes = []string{"title", "code", "description", "status", "reference", "amount", "quantity", "position",
		"currency", "weight", "source", "remark", "locale", "priority", "attempts", "checksum", "external_id",
		"valid_from", "valid_until", "approved_at", "metadata", "tags", "enabled", "rate", "duration_ms", "version"}
	prose = strings.Fields("the rows of this table are written by the service that owns them and read by reports " +
		"a value is set once when the record is approved and kept for the auditors after the contract has ended " +
		"older rows move to the archive every night unless an export is still running for their tenant")
)

// sentence returns words of prose.
func (s *source) sentence(words int) string {
	var b strings.Builder
	at := s.n(len(prose))
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(prose[(at+i)%len(prose)])
	}
	return b.String()
}
