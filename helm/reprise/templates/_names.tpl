{{/* Name that every object begins with. */}}
{{- define "reprise.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Labels of an object. Takes (dict "root" $ "component" "product-api"). */}}
{{- define "reprise.labels" -}}
{{ include "reprise.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- with .root.Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels that never change: selectors are immutable. */}}
{{- define "reprise.selector" -}}
app.kubernetes.io/name: reprise
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "reprise.image" -}}
{{- $image := .root.Values.image -}}
{{- $digest := default $image.digest .digest -}}
{{- if and .tag (not .digest) -}}
{{ $image.repository }}:{{ .tag }}
{{- else if $digest -}}
{{ $image.repository }}@{{ $digest }}
{{- else -}}
{{ $image.repository }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "reprise.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ include "reprise.name" . }}{{ else }}{{ required "serviceAccount.name is required where serviceAccount.create is false" .Values.serviceAccount.name }}{{ end -}}
{{- end -}}

{{/* Secret of a process: its own, the common one, or that of the development servers. */}}
{{- define "reprise.secret" -}}
{{- $own := default .root.Values.existingSecret .own -}}
{{- if $own -}}{{ $own }}
{{- else if .root.Values.developmentServers.enabled -}}{{ include "reprise.name" .root }}-development
{{- else -}}
{{- fail (printf "existingSecret is required: the name of a secret with the keys that %s reads (or %s.existingSecret)" .component .values) -}}
{{- end -}}
{{- end -}}

{{/* Whether a bounded context is served. Takes (dict "root" $ "context" "product"). */}}
{{- define "reprise.serves" -}}
{{- $contexts := .root.Values.contexts -}}
{{- if or (not $contexts) (has .context $contexts) }}true{{ else }}false{{ end -}}
{{- end -}}

{{/* Variables of a kind for every context that is served, as a comma list. Takes (dict "root" $ "variable" "EVENT_STORE_DATABASE_URL"). */}}
{{- define "reprise.ofContexts" -}}
{{- $names := list -}}
{{- if eq (include "reprise.serves" (dict "root" .root "context" "product")) "true" }}{{ $names = append $names .variable }}{{ end -}}
{{- if eq (include "reprise.serves" (dict "root" .root "context" "recruiting")) "true" }}{{ $names = append $names (printf "RECRUITING_%s" .variable) }}{{ end -}}
{{- join "," $names -}}
{{- end -}}

{{/* Variables of the secret that whoever works on read models reads, as a comma list. */}}
{{- define "reprise.readModelSecrets" -}}
READ_MODEL_DATABASE_URL,{{ include "reprise.ofContexts" (dict "root" . "variable" "EVENT_STORE_DATABASE_URL") }}
{{- end -}}
