#!/bin/bash
# The inside of the cluster: a network, a process tree and a mount table apart from the machine's, which end with this process.
# Usage: sealed.sh FOLDER (with the settings, certificates and programs that `cluster up` put there)
set -euo pipefail
cd "$1"
log() { local name=$1; shift; "$@" >"logs/$name.log" 2>&1 & }

mount --make-rshared /
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock
# The kubelet sets these for the whole machine where they differ, and refuses to start where it cannot.
for setting in kernel/panic=10 kernel/panic_on_oops=1 vm/overcommit_memory=1; do
  file=settings/${setting%=*}
  mkdir -p "${file%/*}"
  echo "${setting#*=}" >"$file"
  mount --bind "$file" "/proc/sys/${setting%=*}"
done

ip link set lo up
ip link add cni0 type bridge
ip addr add 10.77.0.1/24 dev cni0
ip link set cni0 up
echo 1 >/proc/sys/net/ipv4/ip_forward
# The other end of the cable is plugged in from outside.
until ip link show sealed >/dev/null 2>&1; do sleep 0.1; done
ip addr add 10.77.1.2/30 dev sealed
ip link set sealed up
ip route add default via 10.77.1.1

log etcd etcd --data-dir etcd --unsafe-no-fsync --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379
log kube-apiserver bin/cluster kube-apiserver --advertise-address=10.77.0.1 --bind-address=0.0.0.0 --secure-port=6443 \
  --etcd-servers=http://127.0.0.1:2379 --tls-cert-file=api.crt --tls-private-key-file=api.key --client-ca-file=ca.crt \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=sa.pub --service-account-signing-key-file=sa.key \
  --service-cluster-ip-range=10.96.0.0/16 --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --kubelet-client-certificate=admin.crt --kubelet-client-key=admin.key --kubelet-preferred-address-types=InternalIP --allow-privileged=true
log containerd containerd -c containerd.toml
until bin/cluster kubectl --kubeconfig admin.kubeconfig get --raw /readyz >/dev/null 2>&1; do sleep 1; done
as() { echo "--kubeconfig=$1.kubeconfig --authentication-kubeconfig=$1.kubeconfig --authorization-kubeconfig=$1.kubeconfig"; }
log kube-controller-manager bin/cluster kube-controller-manager $(as controllers) --use-service-account-credentials \
  --service-account-private-key-file=sa.key --root-ca-file=ca.crt --leader-elect=false --bind-address=127.0.0.1
log kube-scheduler bin/cluster kube-scheduler $(as scheduler) --leader-elect=false --bind-address=127.0.0.1
log kubelet bin/cluster kubelet --config kubelet.yaml --kubeconfig kubelet.kubeconfig --root-dir "$PWD/kubelet" --cert-dir "$PWD/kubelet-pki" \
  --hostname-override node1 --node-ip 10.77.0.1
log kube-proxy bin/cluster kube-proxy --config proxy.yaml
log coredns bin/cluster coredns -conf Corefile

# A cluster that lacks a part is none.
wait -n || true
echo 'A part of the cluster has ended; the logs folder has its last words.' >&2
exit 1
