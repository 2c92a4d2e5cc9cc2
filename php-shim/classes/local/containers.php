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
 * The containers of an instance's course on its container host.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class containers {
    /** @var float Seconds that are left for the way to the service and back. */
    private const SPARE = 1.0;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page, which keeps what goes wrong. */
        private readonly page $page,
    ) {
    }

    /**
     * Returns the containers.
     *
     * @return answer[]|null Null where they are not known.
     */
    public function all(): ?array {
        return $this->page->ask_host('get_containers', 'containers');
    }

    /**
     * Stops the containers of a user. The page does not wait longer than it may: what takes longer goes on in the service.
     *
     * @param string $user The user, as the service names containers' users.
     * @return string[] What was done, in plain text; empty where nothing was.
     */
    public function stop(string $user): array {
        $wait = (int) max(0, floor(client::from_settings()->remaining() - self::SPARE));
        $arguments = ['users' => [$user], 'wait' => $wait];
        return $this->page->outcome($this->page->change_host('stop_containers', $arguments), 'stopped', 'stopping');
    }
}
