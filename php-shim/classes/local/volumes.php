<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

/**
 * The volumes of an instance's course on its container host.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class volumes {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page, which keeps what goes wrong. */
        private readonly page $page,
    ) {
    }

    /**
     * Returns the volumes.
     *
     * @return answer[]|null Null where they are not known.
     */
    public function all(): ?array {
        return $this->page->ask_host('get_volumes', 'volumes');
    }

    /**
     * Makes a volume.
     *
     * @param string $role task or submit
     * @param string $name Short name.
     * @return string[] What was done, in plain text; empty where nothing was.
     */
    public function create(string $role, string $name): array {
        $volumes = ['volumes' => [['role' => $role, 'name' => $name]]];
        return $this->page->outcome($this->page->change_host('create_volumes', $volumes), 'created');
    }

    /**
     * Deletes a volume.
     *
     * @param string $name Full name.
     * @return string[] What was done, in plain text; empty where nothing was.
     */
    public function delete(string $name): array {
        $names = ['names' => [$name]];
        return $this->page->outcome($this->page->change_host('delete_volumes', $names), 'deleted');
    }
}
