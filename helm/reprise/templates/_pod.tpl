{{/*
The pod of an application or a job. Takes a dict:
  root, component       as everywhere
  main                  the file Node runs
  args                  its arguments
  values, key           the application's own values, and their name in values.yaml
  secrets               environment variables read from the secret
  kafka, elasticsearch  whether it talks to them
  port                  of its HTTP server; none for a job
  work                  whether it has a work directory
  account               a service account of its own, whose token is mounted
  env                   more variables, as YAML
*/}}
{{- define "reprise.pod" -}}
{{- $values := .root.Values -}}
{{- $ca := $values.caBundle -}}
metadata:
  labels:
    {{- include "reprise.selector" . | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
    {{- with .values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    checksum/settings: {{ include "reprise.settings" .root | sha256sum }}
    {{- with $values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
    {{- with .values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  serviceAccountName: {{ default (include "reprise.serviceAccount" .root) .account }}
  automountServiceAccountToken: {{ not (empty .account) }}
  enableServiceLinks: false
  securityContext: {{- toYaml $values.podSecurityContext | nindent 4 }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if and .port $values.topologySpread.key }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: {{ $values.topologySpread.key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "reprise.selector" . | nindent 10 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ if .port }}{{ add $values.drainSeconds 30 }}{{ else }}60{{ end }}
  {{- if not .port }}
  restartPolicy: Never
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "reprise.image" (dict "root" .root "tag" .tag "digest" .digest) | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: {{- concat (list .main) (default list .args) | toYaml | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      envFrom:
        - configMapRef: { name: {{ include "reprise.name" .root }}-settings }
      {{- with include "reprise.environment" . | trim }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      {{- if .port }}
      ports:
        - { name: http, containerPort: {{ .port }} }
      # Many processes that start at once on a small node take minutes of it; one that was ended for that would only start again.
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 1
        timeoutSeconds: 5
        failureThreshold: 300
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 1
      {{- end }}
      resources: {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if .work }}
        - { name: work, mountPath: /work }
        {{- end }}
        {{- if or $ca.configMap $ca.secret }}
        - { name: ca, mountPath: /etc/reprise/ca, readOnly: true }
        {{- end }}
        {{- if and .port $values.access.existingSecret }}
        - { name: access, mountPath: /etc/reprise/access, readOnly: true }
        {{- end }}
        {{- with $values.extraVolumeMounts }}{{ toYaml . | nindent 8 }}{{ end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    {{- if .work }}
    - name: work
      {{- include "reprise.workVolume" $values.rebuild.workDirectory | nindent 6 }}
    {{- end }}
    {{- /* 288 is 0440, in whatever version of YAML it is read. */}}
    {{- if $ca.configMap }}
    - name: ca
      configMap: { name: {{ $ca.configMap }} }
    {{- else if $ca.secret }}
    - name: ca
      secret: { secretName: {{ $ca.secret }}, defaultMode: 288 }
    {{- end }}
    {{- if and .port $values.access.existingSecret }}
    - name: access
      secret: { secretName: {{ $values.access.existingSecret }}, defaultMode: 288 }
    {{- end }}
    {{- with $values.extraVolumes }}{{ toYaml . | nindent 4 }}{{ end }}
{{- end -}}

{{- define "reprise.workVolume" -}}
{{- if eq .type "claim" -}}
persistentVolumeClaim: { claimName: {{ required "rebuild.workDirectory.existingClaim is required where its type is claim" .existingClaim }} }
{{- else if eq .type "ephemeral" -}}
ephemeral:
  volumeClaimTemplate:
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources: { requests: { storage: {{ .size }} } }
{{- else -}}
emptyDir: { sizeLimit: {{ .size }} }
{{- end -}}
{{- end -}}

{{/* What a Job of a pod that ends with 0 to 5 does: 4 is a server that was away, 130 and 143 a signal; nothing else gets better by itself. */}}
{{- define "reprise.failurePolicy" -}}
rules:
  - action: Ignore
    onPodConditions: [{ type: DisruptionTarget, status: "True" }]
  - action: Count
    onExitCodes: { operator: In, values: [4, 130, 143] }
  - action: FailJob
    onExitCodes: { operator: In, values: [1, 2, 3, 5] }
{{- end -}}

{{/* Variables of a pod: those of its secret, which are looked up by name, and whatever is added to them. */}}
{{- define "reprise.environment" -}}
{{- $values := .root.Values -}}
{{- $secret := include "reprise.secret" (dict "root" .root "own" .values.existingSecret "component" .component "values" .key) -}}
{{- $names := .secrets -}}
{{- if and .kafka $values.kafka.saslMechanism }}{{ $names = concat $names (list "KAFKA_SASL_USERNAME" "KAFKA_SASL_PASSWORD") }}{{ end -}}
{{- if .elasticsearch }}
{{- $names = concat $names (index (dict "none" list "apiKey" (list "ELASTICSEARCH_API_KEY") "basic" (list "ELASTICSEARCH_USERNAME" "ELASTICSEARCH_PASSWORD")) $values.elasticsearch.auth) }}
{{- end }}
{{- range $names }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }} } }
{{- end }}
{{- if and .port $values.access.existingSecret }}
- { name: ACCESS_KEYS_FILE, value: /etc/reprise/access/{{ $values.access.key }} }
{{- end }}
{{- with .env }}{{ . | nindent 0 }}{{ end }}
{{- with $values.extraEnv }}{{ toYaml . | nindent 0 }}{{ end }}
{{- with .values.extraEnv }}{{ toYaml . | nindent 0 }}{{ end }}
{{- end -}}
