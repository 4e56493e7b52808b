# For try_deb and try_boot: a root out of $tar under $root, and apt in it. Sourced.

fill_root() { # FILE.tar
    mkdir "$root"
    tar -C "$root" -xf "$1" --exclude='./dev/*'
    mkdir -p "$root/dev/shm"
    mknod -m 666 "$root/dev/null" c 1 3
    mknod -m 666 "$root/dev/urandom" c 1 9
    mount -t proc proc "$root/proc"
}

leave_root() {
    umount -l "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}

inside() {
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# What clean_root installed is all that the package needs: nothing is fetched.
apt() {
    inside apt-get --quiet --quiet --yes -o Dpkg::Use-Pty=0 "$@" \
        > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
}
