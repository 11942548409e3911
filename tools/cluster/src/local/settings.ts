/** Addresses of the cluster. They are as long as 127.0.0.1, so that a Kafka broker's answers can name them in its place. */
export const addresses = {
  /** The network of the pods, and the node's address in it. */
  pods: '10.77.0.0/24',
  node: '10.77.0.1',
  /** Both ends of the cable between this machine and the sealed network of the cluster. */
  host: '10.77.1.1',
  sealed: '10.77.1.2',
  services: '10.96.0.0/16',
  apiService: '10.96.0.1',
} as const;

export const nodeName = 'node1';
export const pauseImage = 'localhost/pause:1';

/** Who speaks to the API server, by the name of the file with its certificate, and as whom. */
export const accounts = {
  admin: '/O=system:masters/CN=admin',
  controllers: '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: `/O=system:nodes/CN=system:node:${nodeName}`,
} as const;

/** Reads a file of the cluster's folder into a kubeconfig: certificates stand in it, so that it can be moved. */
export function kubeconfig(account: string, read: (file: string) => Buffer): string {
  const data = (file: string): string => read(file).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'reprise',
    contexts: [{ name: 'reprise', context: { cluster: 'reprise', user: account } }],
    clusters: [
      {
        name: 'reprise',
        cluster: {
          server: `https://${addresses.sealed}:6443`,
          'certificate-authority-data': data('ca.crt'),
        },
      },
    ],
    users: [
      {
        name: account,
        user: {
          'client-certificate-data': data(`${account}.crt`),
          'client-key-data': data(`${account}.key`),
        },
      },
    ],
  });
}

/**
 * Settings of the node's parts, by file. This machine may have control groups of both versions, and a root account that may not
 * lower the out-of-memory score: hence what is switched off.
 * @param folder the cluster's folder
 * @param cni where Debian's network plugins are
 */
export function settingsFiles(folder: string, cni: string): Readonly<Record<string, string>> {
  return {
    'kubelet.yaml': JSON.stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      containerRuntimeEndpoint: `unix://${folder}/containerd.sock`,
      cgroupDriver: 'cgroupfs',
      failCgroupV1: false,
      cgroupsPerQOS: false,
      enforceNodeAllocatable: [],
      makeIPTablesUtilChains: false,
      featureGates: { KubeletInUserNamespace: true },
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: `${folder}/ca.crt` },
      },
      authorization: { mode: 'Webhook' },
      clusterDNS: [addresses.node],
      clusterDomain: 'cluster.local',
      resolvConf: `${folder}/resolv.conf`,
      evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1%' },
      imageGCHighThresholdPercent: 100,
      localStorageCapacityIsolation: false,
      podLogsDir: `${folder}/podlogs`,
      volumePluginDir: `${folder}/volume-plugins`,
    }),
    'proxy.yaml': JSON.stringify({
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      hostnameOverride: nodeName,
      clientConnection: { kubeconfig: `${folder}/admin.kubeconfig` },
      mode: 'nftables',
      clusterCIDR: addresses.pods,
      // A pod's answer to its neighbour on the same bridge would take the short way, past the translation of addresses.
      nftables: { masqueradeAll: true },
      conntrack: {
        maxPerCore: 0,
        min: 0,
        tcpCloseWaitTimeout: '0s',
        tcpEstablishedTimeout: '0s',
      },
      nodePortAddresses: ['127.0.0.0/8'],
    }),
    'containerd.toml': `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-state"
[grpc]
address = "${folder}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cni}"
conf_dir = "${folder}/cni"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`,
    'cni/bridge.conflist': JSON.stringify({
      cniVersion: '1.0.0',
      name: 'pods',
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            dataDir: `${folder}/cni-addresses`,
            ranges: [[{ subnet: addresses.pods }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
      ],
    }),
    Corefile: `cluster.local:53 {
  errors
  kubernetes cluster.local {
    kubeconfig ${folder}/admin.kubeconfig reprise
  }
}
`,
    'resolv.conf': '',
  };
}
