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
 * What a save would make of the custom parameters of one activity.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class revision {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var activity The activity, with the text that Moodle keeps now. */
        public readonly activity $activity,
        /** @var string The new text; empty where a finding is an error. */
        public readonly string $text,
        /** @var answer[] What the service found in it. */
        public readonly array $findings,
        /** @var answer[] What is different. */
        public readonly array $changes,
        /** @var string[] Full names of the engine volumes that it needs. */
        public readonly array $volumes,
    ) {
    }

    /**
     * Tells whether something is wrong that stops a save.
     *
     * @return bool
     */
    public function has_errors(): bool {
        $errors = array_filter($this->findings, fn(answer $finding) => $finding->text('severity') === 'error');
        return (bool) $errors || $this->text === '';
    }

    /**
     * Tells whether a save would change anything.
     *
     * @return bool
     */
    public function has_changes(): bool {
        return $this->text !== $this->activity->text;
    }
}
