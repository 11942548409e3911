{{/* Refuses values under an earlier name, with the name they have now: a value that nobody reads would be lost silently. */}}
{{- define "reprise.refuseRenamed" -}}
{{- range $renamed := .Files.Get "files/deprecations.yaml" | fromYamlArray }}
{{- $value := $.Values }}
{{- range $name := splitList "." $renamed.old }}
{{- if kindIs "map" $value }}{{ $value = index $value $name }}{{ else }}{{ $value = nil }}{{ end }}
{{- end }}
{{- if not (kindIs "invalid" $value) }}
{{- fail (printf "%s is called %s since %s. Nothing was installed: rename it in your values" $renamed.old $renamed.new $renamed.since) }}
{{- end }}
{{- end }}
{{- end -}}
